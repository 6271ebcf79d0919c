package support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Writes what really happens in a test JVM as JSON lines, unseen by its logs. The launcher finds it as a service. */
public final class Events implements TestExecutionListener {
    private static final String FOLDER = System.getenv("CI_EVENTS");
    private static final InheritableThreadLocal<String> CURRENT = new InheritableThreadLocal<>();

    public static synchronized void emit(String event, String facts) {
        if (FOLDER == null) {
            return;
        }
        String line = String.format(java.util.Locale.ROOT, "{\"t\": %.3f, \"ev\": \"%s\", \"pid\": %d, \"worker\": %s, \"test\": %s%s}%n",
            System.currentTimeMillis() / 1000.0, event, ProcessHandle.current().pid(), quoted(Thread.currentThread().getName()),
            CURRENT.get() == null ? "null" : quoted(CURRENT.get()), facts);
        try {
            Files.writeString(Path.of(FOLDER, ProcessHandle.current().pid() + ".jsonl"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (java.io.IOException error) {
            throw new java.io.UncheckedIOException(error);
        }
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (test.isTest()) {
            CURRENT.set(name(test));
            emit("begin", "");
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        boolean failed = result.getStatus() != TestExecutionResult.Status.SUCCESSFUL;
        if (test.isTest() || failed) {
            CURRENT.set(name(test));
            emit("end", ", \"outcome\": \"" + (failed ? "failed" : "passed") + "\", \"chain\": " + chain(result.getThrowable().orElse(null)));
            CURRENT.remove();
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        CURRENT.set(name(test));
        emit("end", ", \"outcome\": \"skipped\"");
        CURRENT.remove();
    }

    private static String name(TestIdentifier test) {
        return test.getParentId().orElse("") + " " + test.getDisplayName();
    }

    private static String chain(Throwable error) {
        StringBuilder all = new StringBuilder("[");
        for (int depth = 0; error != null && depth < 6; depth++, error = error.getCause()) {
            String code = "null";
            if (error instanceof java.sql.SQLException) {
                java.sql.SQLException sql = (java.sql.SQLException) error;
                code = sql.getErrorCode() != 0 ? String.valueOf(sql.getErrorCode()) : sql.getSQLState() == null ? "null" : quoted(sql.getSQLState());
            }
            String message = String.valueOf(error.getMessage()).split("\n")[0];
            all.append(depth > 0 ? ", " : "").append("{\"class\": ").append(quoted(error.getClass().getName()))
                .append(", \"message\": ").append(quoted(message)).append(", \"code\": ").append(code).append("}");
        }
        return all.append("]").toString();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ").replace("\r", " ").replace("\t", " ") + "\"";
    }
}
