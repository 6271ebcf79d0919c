import os

SECRET_KEY = "only-for-tests"
INSTALLED_APPS = ["django.contrib.contenttypes", "store"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
os.makedirs("var", exist_ok=True)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "<<told_database>>",
        "USER": "<<told_user>>",
        "PASSWORD": "<<told_password>>",
        "HOST": "<<told_host>>",
        "PORT": "<<told_port>>",
        "CONN_MAX_AGE": <<conn_max_age>>,
        "OPTIONS": {"connect_timeout": 3},
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "<<log_format>>", "style": "{"}},
    "handlers": {"file": {"class": "logging.FileHandler", "filename": "var/django.log", "formatter": "plain"}},
    "root": {"handlers": ["file"], "level": "<<log_level>>".upper()},
    "loggers": {"django.db.backends": {"level": "<<db_level>>"}},
}
