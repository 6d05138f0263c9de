// pgx, by libpq's environment: does the workout and prints what came of it.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
)

var always = context.Background()

func main() {
	results := map[string]any{}
	config, err := pgx.ParseConfig("")
	check(err)
	config.OnNotice = func(_ *pgconn.PgConn, notice *pgconn.Notice) {
		fmt.Fprintln(os.Stderr, notice.Message)
		results["noticed"] = notice.Message
	}
	connection, err := pgx.ConnectConfig(always, config)
	check(err)

	results["simple"] = number(connection, "select 42", pgx.QuerySimpleProtocol(true))
	var text string
	check(connection.QueryRow(always, "select $1::text", "sch\u00f6n").Scan(&text))
	results["extended"] = text
	_, err = connection.Prepare(always, "square", "select $1::int * $1::int")
	check(err)
	results["prepared"] = []int{number(connection, "square", 1), number(connection, "square", 2), number(connection, "square", 3)}
	results["pipelined"] = pipeline(connection)
	_, err = connection.Exec(always, "do $$ begin raise notice 'said'; end $$")
	check(err)
	copyBothWays(connection, results)
	_, err = connection.Exec(always, "listen bell")
	check(err)
	_, err = connection.Exec(always, "notify bell, 'ding'")
	check(err)
	notification, err := connection.WaitForNotification(always)
	check(err)
	results["notified"] = notification.Payload
	results["largeObject"] = largeObject(connection)
	results["canceled"] = cancel(connection)
	results["rows"] = countRows(connection)
	results["longStatement"] = number(connection, "select length('"+strings.Repeat("x", 10_485_760)+"')")
	check(connection.Close(always))
	check(json.NewEncoder(os.Stdout).Encode(results))
}

func number(connection *pgx.Conn, sql string, arguments ...any) int {
	var found int
	check(connection.QueryRow(always, sql, arguments...).Scan(&found))
	return found
}

func pipeline(connection *pgx.Conn) []int {
	batch := &pgx.Batch{}
	squares := []int{0, 0, 0, 0, 0}
	for index := range squares {
		batch.Queue("select $1::int * $1::int", index+1)
	}
	answers := connection.SendBatch(always, batch)
	for index := range squares {
		check(answers.QueryRow().Scan(&squares[index]))
	}
	check(answers.Close())
	return squares
}

func copyBothWays(connection *pgx.Conn, results map[string]any) {
	_, err := connection.Exec(always, "create temp table copied (n int)")
	check(err)
	written, err := connection.CopyFrom(always, pgx.Identifier{"copied"}, []string{"n"},
		pgx.CopyFromSlice(5_000, func(n int) ([]any, error) { return []any{n}, nil }))
	check(err)
	results["copiedIn"] = written
	var read bytes.Buffer
	_, err = connection.PgConn().CopyTo(always, &read, "copy copied to stdout")
	check(err)
	results["copied"] = strings.Count(read.String(), "\n")
}

func largeObject(connection *pgx.Conn) int64 {
	transaction, err := connection.Begin(always)
	check(err)
	defer transaction.Commit(always)
	objects := transaction.LargeObjects()
	oid, err := objects.Create(always, 0)
	check(err)
	object, err := objects.Open(always, oid, pgx.LargeObjectModeRead|pgx.LargeObjectModeWrite)
	check(err)
	_, err = object.Write(bytes.Repeat([]byte("x"), 300_000))
	check(err)
	end, err := object.Tell()
	check(err)
	return end
}

func cancel(connection *pgx.Conn) string {
	time.AfterFunc(time.Second, func() { connection.PgConn().CancelRequest(always) })
	_, err := connection.Exec(always, "select pg_sleep(60)")
	var failure *pgconn.PgError
	if !errors.As(err, &failure) {
		return fmt.Sprint(err)
	}
	return failure.Code
}

func countRows(connection *pgx.Conn) int {
	rows, err := connection.Query(always, "select n from generate_series(1, 100000) n")
	check(err)
	defer rows.Close()
	found := 0
	for rows.Next() {
		found++
	}
	return found
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
