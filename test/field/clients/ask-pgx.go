package main

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v4"
)

func main() {
	connection, err := pgx.Connect(context.Background(), "")
	if err == nil {
		var answer int
		err = connection.QueryRow(context.Background(), "select 42").Scan(&answer)
		fmt.Println(answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
