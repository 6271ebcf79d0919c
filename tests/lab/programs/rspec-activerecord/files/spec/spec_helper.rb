require "active_record"
require "logger"
require "time"
require_relative "../ci_events"

Dir.mkdir("log") unless Dir.exist?("log")
postgres = "<<server>>" == "postgres"
KEPT = []
SLEEP = postgres ? "SELECT pg_sleep(%s)" : "SELECT SLEEP(%s)"
LOCK_TIMEOUT = postgres ? "SET lock_timeout = '900ms'" : "SET innodb_lock_wait_timeout = 1"
LOG = Logger.new(<<log_device>>, level: "<<log_level>>".sub("warning", "warn"), formatter: <<formatter>>)
CiEvents.watch(ActiveRecord::ConnectionAdapters::ConnectionPool, out: :checkout, back: :checkin)

configured = {
  adapter: postgres ? "postgresql" : "mysql2", host: "<<told_host>>", port: <<told_port>>, database: "<<told_database>>",
  username: "<<told_user>>", password: "<<told_password>>", pool: <<pool_size>>, checkout_timeout: <<pool_timeout>>, connect_timeout: 3
}
LOG.info("database #{configured[:host]}:#{configured[:port]}/#{configured[:database]}")
stale = "<<early>>"
ActiveRecord::Base.establish_connection(stale.empty? ? configured : configured.merge(database: stale))
ActiveRecord::Base.logger = LOG

class Entry < ActiveRecord::Base; end

def create_schema
  ActiveRecord::Schema.verbose = false
  ActiveRecord::Base.connection.create_table(:entries, if_not_exists: true) do |table|
    table.string :name
    table.integer :amount
  end
end

def wait_for_server
  (1..60).each do |attempt|
    return ActiveRecord::Base.connection.select_value("SELECT 1")
  rescue StandardError => error
    LOG.warn("#{'<<say_retry>>'.sub('{}', attempt.to_s)}: #{error.message.lines.first}")
    sleep 0.3
  end
end

RSpec.configure do |config|
  config.before(:suite) do
    <<schema>>
  end
  config.around do |example|
    CiEvents.around(example.full_description) { example.run }
  end
  config.before do |example|
    <<log_tests>>
    <<each>>
  end
end
