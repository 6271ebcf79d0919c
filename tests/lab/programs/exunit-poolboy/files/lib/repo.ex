defmodule <<Project>>.Connection do
  use GenServer

  def start_link(options), do: GenServer.start_link(__MODULE__, options)

  @impl true
  def init(options) do
    Process.flag(:trap_exit, true)
    {:ok, %{options: options, link: nil}}
  end

  @impl true
  def handle_call({:query, sql}, _from, %{link: nil, options: options} = state) do
    case :pgsql.connect(options) do
      {:ok, link} -> {:reply, :pgsql.squery(link, sql, 20_000), %{state | link: link}}
      error -> {:reply, error, state}
    end
  end

  def handle_call({:query, sql}, _from, %{link: link} = state), do: {:reply, :pgsql.squery(link, sql, 20_000), state}

  @impl true
  def handle_info({:EXIT, _link, _reason}, state), do: {:noreply, %{state | link: nil}}
end

defmodule <<Project>>.Repo do
  require Logger

  defmodule Error do
    defexception [:message]
  end

  @options [host: '<<told_host>>', port: <<told_port>>, database: '<<told_database>>', user: '<<told_user>>', password: '<<told_password>>', as_binary: true]
  @timeout <<pool_timeout_ms>>

  def prepare do
    :global.trans({:prepare, self()}, fn ->
      if :persistent_term.get(:prepared, false) == false do
        start_pool()
        set_up()
        :persistent_term.put(:prepared, true)
      end
    end)
  end

  defp start_pool do
    unless Process.whereis(:<<project>>_pool) do
      pool = [name: {:local, :<<project>>_pool}, worker_module: <<Project>>.Connection, size: <<pool_size>>, max_overflow: 0]
      {:ok, pid} = :poolboy.start(pool, @options)
      Logger.info("pool #{inspect(pid)} for <<told_host>>:<<told_port>>/<<told_database>>")
    end
  end

  defp set_up do
    <<schema>>
  end

  def create_schema do
    for table <- <<tables_json>> do
      query!("CREATE TABLE IF NOT EXISTS #{table} (id serial PRIMARY KEY, name text, amount int)")
    end
  end

  def wait_for_server(attempt \\ 1) do
    query!("SELECT 1")
  rescue
    error ->
      Logger.warning(String.replace("<<say_retry>>", "{}", to_string(attempt)) <> ": " <> Exception.message(error))
      Process.sleep(250)
      if attempt < 60, do: wait_for_server(attempt + 1)
  end

  def checkout(test \\ nil) do
    connection = :poolboy.checkout(:<<project>>_pool, true, @timeout)
    if Code.ensure_loaded?(CiEvents), do: CiEvents.emit("out", test, ~s(, "conn": "#{inspect(connection)}"))
    Logger.debug(String.replace("<<say_acquire>>", "{}", inspect(connection)))
    connection
  end

  defp checkin(connection) do
    if Code.ensure_loaded?(CiEvents), do: CiEvents.emit("in", nil, ~s(, "conn": "#{inspect(connection)}"))
    Logger.debug(String.replace("<<say_release>>", "{}", inspect(connection)))
    :poolboy.checkin(:<<project>>_pool, connection)
  end

  def transaction(work) do
    connection = checkout()

    try do
      query!(connection, "BEGIN")
      result = work.(connection)
      query!(connection, "COMMIT")
      result
    rescue
      error ->
        query!(connection, "ROLLBACK")
        reraise error, __STACKTRACE__
    after
      checkin(connection)
    end
  end

  def query!(sql) do
    connection = checkout()

    try do
      query!(connection, sql)
    after
      checkin(connection)
    end
  end

  def query!(connection, sql) do
    case GenServer.call(connection, {:query, sql}, 30_000) do
      {:ok, [{:error, fields}]} -> raise Error, message: message(fields)
      {:ok, [result]} -> result
      {:ok, results} when is_list(results) -> List.last(results)
      {:error, reason} -> raise Error, message: "connection failed: #{inspect(reason)}"
    end
  end

  def value!(sql) do
    {_tag, _columns, [[value]]} = query!(sql)
    value
  end

  defp message(fields) when is_list(fields), do: Enum.map_join(fields, " ", fn {key, value} -> "#{key}: #{value}" end)
  defp message(fields), do: inspect(fields)
end
