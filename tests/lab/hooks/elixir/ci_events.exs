# Writes what really happens in a BEAM that tests, as JSON lines, unseen by its logs: a second ExUnit formatter.
defmodule CiEvents do
  use GenServer

  def emit(event, test, facts \\ "") do
    folder = System.get_env("CI_EVENTS")

    if folder do
      name = if test, do: text(test), else: "null"
      now = System.os_time(:millisecond) / 1000
      line = ~s({"t": #{:erlang.float_to_binary(now, decimals: 3)}, "ev": "#{event}", "pid": #{System.pid()}, "worker": "main", "test": #{name}#{facts}}\n)
      File.write!(Path.join(folder, "#{System.pid()}.jsonl"), line, [:append])
    end
  end

  def init(_options), do: {:ok, nil}

  def handle_cast({:test_started, test}, state) do
    emit("begin", "#{inspect(test.module)} #{test.name}")
    {:noreply, state}
  end

  def handle_cast({:test_finished, test}, state) do
    {outcome, chain} =
      case test.state do
        nil -> {"passed", "[]"}
        {:failed, failures} -> {"failed", chain(failures)}
        {:skipped, _} -> {"skipped", "[]"}
        {:excluded, _} -> {"skipped", "[]"}
        {:invalid, %{state: {:failed, failures}}} -> {"error", chain(failures)}
        {:invalid, _} -> {"error", "[]"}
      end

    emit("end", "#{inspect(test.module)} #{test.name}", ~s(, "outcome": "#{outcome}", "chain": #{chain}))
    {:noreply, state}
  end

  def handle_cast({:module_finished, %{state: {:failed, failures}} = module}, state) do
    emit("end", inspect(module.name), ~s(, "outcome": "error", "chain": #{chain(failures)}))
    {:noreply, state}
  end

  def handle_cast(_event, state), do: {:noreply, state}

  defp chain(failures) do
    parts = for {kind, reason, stack} <- failures do
      message = Exception.format_banner(kind, reason, stack)
      class = if is_atom(kind), do: kind, else: "exit"
      ~s({"class": "#{class}", "message": #{text(hd(String.split(message, "\n")))}, "more": #{text(message)}, "code": null})
    end

    "[" <> Enum.join(parts, ", ") <> "]"
  end

  defp text(value) do
    clean = value |> String.replace(["\\", "\"", "\t", "\r"], " ") |> String.replace("\n", " ") |> String.slice(0, 600)
    "\"" <> clean <> "\""
  end
end
