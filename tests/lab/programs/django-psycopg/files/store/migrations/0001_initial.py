import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Item",
            [("id", models.BigAutoField(primary_key=True, serialize=False)), ("name", models.CharField(max_length=200)), ("amount", models.IntegerField(default=0))],
        ),
        migrations.CreateModel(
            "Stock",
            [("id", models.BigAutoField(primary_key=True, serialize=False)), ("item", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.item")), ("shelf", models.CharField(max_length=20))],
        ),
    ]
