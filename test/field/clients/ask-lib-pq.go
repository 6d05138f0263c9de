package main

import (
	"database/sql"
	"fmt"
	"os"

	_ "github.com/lib/pq"
)

func main() {
	connections, err := sql.Open("postgres", "")
	if err == nil {
		var answer int
		err = connections.QueryRow("select 42").Scan(&answer)
		fmt.Println(answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
