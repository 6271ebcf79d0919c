Code.require_file("../ci_events.exs", __DIR__)
ExUnit.start(formatters: [ExUnit.CLIFormatter, CiEvents])
