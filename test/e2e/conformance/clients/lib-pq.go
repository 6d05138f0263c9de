// lib/pq, by libpq's environment: does the workout and prints what came of it.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/lib/pq"
)

func main() {
	results := map[string]any{}
	connector, err := pq.NewConnector("")
	check(err)
	noticed := pq.ConnectorWithNoticeHandler(connector, func(notice *pq.Error) {
		fmt.Fprintln(os.Stderr, notice.Message)
		results["noticed"] = notice.Message
	})
	// lib/pq writes COPY, but cannot read it.
	database := sql.OpenDB(noticed)
	database.SetMaxOpenConns(1)
	check(database.Ping())

	var number int
	check(database.QueryRow("select 42").Scan(&number))
	results["simple"] = number
	var text string
	check(database.QueryRow("select $1::text", "sch\u00f6n").Scan(&text))
	results["extended"] = text
	results["prepared"] = squares(database)
	_, err = database.Exec("do $$ begin raise notice 'said'; end $$")
	check(err)
	results["copiedIn"] = copyIn(database)
	var oid int
	check(database.QueryRow("select lo_from_bytea(0, $1)", []byte(strings.Repeat("x", 300_000))).Scan(&oid))
	var bytes []byte
	check(database.QueryRow("select lo_get($1)", oid).Scan(&bytes))
	results["largeObject"] = len(bytes)
	results["canceled"] = cancel(database)
	results["rows"] = count(database)
	check(database.QueryRow("select length('" + strings.Repeat("x", 10_485_760) + "')").Scan(&number))
	results["longStatement"] = number
	check(database.Close())
	results["notified"] = listen()
	check(json.NewEncoder(os.Stdout).Encode(results))
}

func squares(database *sql.DB) []int {
	statement, err := database.Prepare("select $1::int * $1::int")
	check(err)
	defer statement.Close()
	found := []int{0, 0, 0}
	for index := range found {
		check(statement.QueryRow(index + 1).Scan(&found[index]))
	}
	return found
}

func copyIn(database *sql.DB) int {
	_, err := database.Exec("create temp table copied (n int)")
	check(err)
	transaction, err := database.Begin()
	check(err)
	statement, err := transaction.Prepare(pq.CopyIn("copied", "n"))
	check(err)
	for n := 0; n < 5_000; n++ {
		_, err = statement.Exec(n)
		check(err)
	}
	check(statement.Close())
	check(transaction.Commit())
	var copied int
	check(database.QueryRow("select count(*) from copied").Scan(&copied))
	return copied
}

func cancel(database *sql.DB) string {
	patience, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	_, err := database.ExecContext(patience, "select pg_sleep(60)")
	var failure *pq.Error
	if !errors.As(err, &failure) {
		return fmt.Sprint(err)
	}
	return string(failure.Code)
}

func count(database *sql.DB) int {
	rows, err := database.Query("select n from generate_series(1, 100000) n")
	check(err)
	defer rows.Close()
	found := 0
	for rows.Next() {
		found++
	}
	return found
}

// A listener is a connection of its own.
func listen() string {
	listener := pq.NewListener("", time.Second, time.Second, nil)
	defer listener.Close()
	check(listener.Listen("bell"))
	database, err := sql.Open("postgres", "")
	check(err)
	defer database.Close()
	_, err = database.Exec("notify bell, 'ding'")
	check(err)
	return (<-listener.Notify).Extra
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
