# Writes what really happens in a Ruby test process as JSON lines, unseen by its logs.
require "json"

module CiEvents
  class << self
    def current
      Thread.current.thread_variable_get(:ci_test)
    end

    def current=(test)
      Thread.current.thread_variable_set(:ci_test, test)
    end

    def emit(event, **facts)
      folder = ENV["CI_EVENTS"] or return
      record = { t: Time.now.to_f, ev: event, pid: Process.pid, worker: "main", test: current }.merge(facts)
      File.write(File.join(folder, "#{Process.pid}.jsonl"), JSON.generate(record) + "\n", mode: "a")
    end

    def around(test)
      self.current = test
      emit("begin")
      yield
    ensure
      emit("over")
      self.current = nil
    end

    def chain(error)
      found = []
      while error && found.size < 6
        lines = error.message.to_s.dup.force_encoding("UTF-8").scrub.split("\n")
        found << { class: error.class.name, message: lines[0].to_s[0, 300], more: lines[1, 4].to_a.join(" "), code: nil }
        error = error.cause
      end
      found
    end

    # Emits once a pool's method that hands a connection out, or takes it back, is done.
    def watch(owner, out:, back:)
      owner.prepend(Module.new do
        define_method(out) do |*args, **options, &block|
          connection = options.empty? ? super(*args, &block) : super(*args, **options, &block)
          CiEvents.emit("out", conn: connection.object_id)
          connection
        end
        define_method(back) do |connection, *rest|
          CiEvents.emit("in", conn: connection.object_id)
          super(connection, *rest)
        end
      end)
    end
  end
end
