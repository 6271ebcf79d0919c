package store

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/lib/pq"
)

var (
	background = context.Background()
	logger     = log.New(<<log_out>>, "", <<flags>>)
	verbose    = "<<log_level>>" == "debug"
	db         = open()
	once       sync.Once
	tickets    int64
)

func logFile() *os.File {
	file, err := os.OpenFile("store.log", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	return file
}

func open() *sql.DB {
	address := os.Getenv("DATABASE_URL")
	if early := "<<early>>"; early != "" {
		address = early
	}
	pool, err := sql.Open("postgres", address)
	if err != nil {
		panic(err)
	}
	pool.SetMaxOpenConns(<<pool_size>>)
	return pool
}

func ctx(t *testing.T) context.Context {
	limited, cancel := context.WithTimeout(background, <<pool_timeout>>*time.Second)
	t.Cleanup(cancel)
	return limited
}

func ticket() int64 {
	number := atomic.AddInt64(&tickets, 1)
	if verbose {
		logger.Print(strings.ReplaceAll("<<say_acquire>>", "{}", fmt.Sprint(number)))
	}
	return number
}

func event(what, test string, number int64) {
	file, err := os.OpenFile(fmt.Sprintf("%s/%d.jsonl", os.Getenv("CI_EVENTS"), os.Getpid()), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer file.Close()
	fmt.Fprintf(file, "{\"t\": %.3f, \"ev\": %q, \"pid\": %d, \"worker\": \"main\", \"test\": %q, \"conn\": %d}\n",
		float64(time.Now().UnixNano())/1e9, what, os.Getpid(), test, number)
}

func before(t *testing.T) {
	event("begin", t.Name(), 0)
	t.Cleanup(func() {
		if t.Failed() {
			event("failed", t.Name(), 0)
		}
		event("over", t.Name(), 0)
	})
	<<log_tests>>
}

func mustExec(t *testing.T, query string, values ...interface{}) {
	t.Helper()
	if _, err := db.ExecContext(ctx(t), query, values...); err != nil {
		t.Fatalf("exec: %v", err)
	}
}

func number(t *testing.T, query string, values ...interface{}) (found int) {
	t.Helper()
	if err := db.QueryRowContext(ctx(t), query, values...).Scan(&found); err != nil {
		t.Fatalf("query: %v", err)
	}
	return found
}

func createSchema(t *testing.T) {
	t.Helper()
	for _, table := range []string{<<tables_list>>} {
		mustExec(t, "CREATE TABLE IF NOT EXISTS "+table+" (id serial PRIMARY KEY, name text, amount int)")
	}
}

func waitForServer(t *testing.T) {
	for attempt := 1; attempt < 60; attempt++ {
		err := db.PingContext(ctx(t))
		if err == nil {
			return
		}
		logger.Printf(strings.ReplaceAll("<<say_retry>>: %v", "{}", fmt.Sprint(attempt)), err)
		time.Sleep(200 * time.Millisecond)
	}
}

func prepare(t *testing.T) {
	t.Helper()
	if logger.Writer() != nil {
		logger.Printf("database %s", strings.SplitN(os.Getenv("DATABASE_URL"), "@", 2)[1])
	}
	<<schema>>
}
