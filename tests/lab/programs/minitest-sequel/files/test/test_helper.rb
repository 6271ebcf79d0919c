require "logger"
require "minitest/autorun"
require "sequel"
require_relative "../ci_events"

postgres = "<<server>>" == "postgres"
KEPT = []
SLEEP = postgres ? "pg_sleep(%s)" : "SLEEP(%s)"
LOG = <<logger>>
LOG.level = "<<log_level>>".sub("warning", "warn")
TABLES = <<tables_json>>
DB = Sequel.connect(
  adapter: postgres ? "postgres" : "mysql2", host: "<<told_host>>", port: <<told_port>>, database: "<<told_database>>",
  user: "<<told_user>>", password: "<<told_password>>", max_connections: <<pool_size>>, pool_timeout: <<pool_timeout>>,
  connect_timeout: 3, test: false
)
DB.loggers << LOG
pool = DB.pool
pool.singleton_class.prepend(Module.new do
  def acquire(thread)
    connection = super
    CiEvents.emit("out", conn: connection.object_id)
    LOG.debug("<<say_acquire>>".sub("{}", (connection.object_id % 977).to_s))
    connection
  end

  def checkin_connection(connection)
    CiEvents.emit("in", conn: connection.object_id)
    LOG.debug("<<say_release>>".sub("{}", (connection.object_id % 977).to_s))
    super
  end
end)

def create_schema
  TABLES.each do |table|
    DB.create_table?(table.to_sym) do
      primary_key :id
      String :name, size: 120
      Integer :amount
    end
  end
end

def wait_for_server
  (1..60).each do |attempt|
    return DB.test_connection
  rescue Sequel::DatabaseError => error
    LOG.warn("#{'<<say_retry>>'.sub('{}', attempt.to_s)}: #{error.message.lines.first}")
    sleep 0.3
  end
end

PREPARED = Mutex.new
STATE = {}

class DatabaseTest < Minitest::Test
  parallelize_me! if ENV["N"].to_i > 1

  def setup
    CiEvents.current = "#{self.class}##{name}"
    CiEvents.emit("begin")
    PREPARED.synchronize do
      next if STATE[:done]
      <<schema>>
      STATE[:done] = true
    end
    <<log_tests>>
  end

  def after_teardown
    super
    CiEvents.current = "#{self.class}##{name}"
    error = failures.first
    outcome = error.nil? ? "passed" : error.is_a?(Minitest::Skip) ? "skipped" : "failed"
    cause = error.respond_to?(:error) ? error.error : error
    CiEvents.emit("end", outcome: outcome, chain: outcome == "failed" ? CiEvents.chain(cause) : [])
  end
end
