import Config

level = "<<log_level>>"
config :logger, level: String.to_atom(level)
config :logger, :console, format: "<<format>>", metadata: <<metadata>>
