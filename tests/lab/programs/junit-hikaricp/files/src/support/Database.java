package support;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public final class Database {
    private static final Logger log = LoggerFactory.getLogger(Database.class);
    private static final String URL = "jdbc:<<subprotocol>>://<<told_host>>:<<told_port>>/<<told_database>>";
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    public static final List<Connection> kept = new CopyOnWriteArrayList<>();
    private static DataSource pool;
    private static boolean prepared;

    private Database() {
    }

    private static DataSource hikari() {
        com.zaxxer.hikari.HikariConfig config = new com.zaxxer.hikari.HikariConfig();
        config.setJdbcUrl(URL);
        config.setUsername("<<told_user>>");
        config.setPassword("<<told_password>>");
        config.setMaximumPoolSize(<<pool_size>>);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(<<pool_timeout_ms>>);
        config.setPoolName("<<Project>>Pool");
        config.setInitializationFailTimeout(1000);
        return new com.zaxxer.hikari.HikariDataSource(config);
    }

    private static DataSource dbcp() {
        org.apache.commons.dbcp2.BasicDataSource source = new org.apache.commons.dbcp2.BasicDataSource();
        source.setUrl(URL);
        source.setUsername("<<told_user>>");
        source.setPassword("<<told_password>>");
        source.setMaxTotal(<<pool_size>>);
        source.setMaxWaitMillis(<<pool_timeout_ms>>);
        source.setRemoveAbandonedTimeout(300);
        return source;
    }

    private static DataSource c3p0() {
        com.mchange.v2.c3p0.ComboPooledDataSource source = new com.mchange.v2.c3p0.ComboPooledDataSource();
        source.setJdbcUrl(URL);
        source.setUser("<<told_user>>");
        source.setPassword("<<told_password>>");
        source.setMinPoolSize(1);
        source.setInitialPoolSize(1);
        source.setAcquireIncrement(1);
        source.setAcquireRetryAttempts(2);
        source.setAcquireRetryDelay(300);
        source.setMaxPoolSize(<<pool_size>>);
        source.setCheckoutTimeout(<<pool_timeout_ms>> + 500);
        return source;
    }

    private static synchronized DataSource pool() {
        if (pool == null) {
            pool = <<new_pool>>;
        }
        return pool;
    }

    public static Connection connection() throws SQLException {
        Connection link = pool().getConnection();
        int number = NUMBERS.incrementAndGet();
        log.debug("<<say_acquire>>", number);
        Events.emit("out", ", \"conn\": " + number);
        return (Connection) Proxy.newProxyInstance(Database.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, values) -> {
            if (method.getName().equals("close")) {
                log.debug("<<say_release>>", number);
                Events.emit("in", ", \"conn\": " + number);
            }
            try {
                return method.invoke(link, values);
            } catch (InvocationTargetException error) {
                throw error.getCause();
            }
        });
    }

    public static int update(Connection link, String sql) throws SQLException {
        try (Statement statement = link.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    public static int number(Connection link, String sql) throws SQLException {
        try (Statement statement = link.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    public static void sleep(Connection link, double seconds) throws SQLException {
        try (Statement statement = link.createStatement()) {
            statement.execute(String.format("<<sleep_sql>>", seconds));
        }
    }

    public static synchronized void prepare() throws Exception {
        if (prepared) {
            return;
        }
        <<schema>>
        prepared = true;
    }

    private static void createSchema() throws SQLException {
        try (Connection link = connection()) {
            for (String table : List.of(<<tables_list>>)) {
                update(link, "CREATE TABLE IF NOT EXISTS " + table + " (id <<column_type>> PRIMARY KEY, name varchar(200), amount int)");
            }
        }
    }

    private static void waitForServer() throws Exception {
        for (int attempt = 1; attempt < 20; attempt++) {
            try (Connection link = connection()) {
                log.info("database is up");
                return;
            } catch (Exception error) {
                log.warn("<<say_retry>>: {}", attempt, error.getMessage());
                Thread.sleep(200);
            }
        }
    }
}
