// pgjdbc, by the variables that libpq reads: does the workout and prints what came of it.

import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;

class Pgjdbc {
  static final Map<String, String> RESULTS = new LinkedHashMap<>();

  public static void main(String[] arguments) throws Exception {
    try (Connection connection = connect("simple"); Statement statement = connection.createStatement()) {
      RESULTS.put("simple", only(statement, "select 42"));
    } catch (SQLException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
    try (Connection connection = connect("extended")) {
      workOut(connection, connection.unwrap(PGConnection.class));
    }
    System.out.println(RESULTS.entrySet().stream()
        .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
        .collect(Collectors.joining(",", "{", "}")));
  }

  static Connection connect(String queryMode) throws SQLException {
    Map<String, String> environment = System.getenv();
    Properties properties = new Properties();
    properties.setProperty("user", environment.get("PGUSER"));
    properties.setProperty("password", environment.getOrDefault("PGPASSWORD", ""));
    properties.setProperty("sslmode", environment.get("PGSSLMODE"));
    properties.setProperty("preferQueryMode", queryMode);
    String address = environment.get("PGHOST") + ":" + environment.get("PGPORT");
    return DriverManager.getConnection(
        "jdbc:postgresql://" + address + "/" + environment.get("PGDATABASE"), properties);
  }

  static void workOut(Connection connection, PGConnection postgres) throws Exception {
    Statement statement = connection.createStatement();
    try (PreparedStatement query = connection.prepareStatement("select ?::text")) {
      query.setString(1, "sch\u00f6n");
      RESULTS.put("extended", quoted(only(query)));
    }
    // From its third use on the driver keeps the statement at the server.
    try (PreparedStatement query = connection.prepareStatement("select ?::int * 1")) {
      query.unwrap(org.postgresql.PGStatement.class).setPrepareThreshold(1);
      StringBuilder squares = new StringBuilder();
      for (int n = 1; n <= 3; n++) {
        query.setInt(1, n * n);
        squares.append(squares.length() == 0 ? "[" : ",").append(only(query));
      }
      RESULTS.put("prepared", squares + "]");
    }
    statement.execute("create temp table squares (n int)");
    try (PreparedStatement insert = connection.prepareStatement("insert into squares values (?)")) {
      for (int n = 1; n <= 5; n++) {
        insert.setInt(1, n * n);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    RESULTS.put("pipelined", only(statement, "select json_agg(n order by n)::text from squares").replace(" ", ""));
    statement.execute("do $$ begin raise notice 'said'; end $$");
    RESULTS.put("noticed", quoted(statement.getWarnings().getMessage()));
    copyBothWays(statement, postgres);
    statement.execute("listen bell");
    statement.execute("notify bell, 'ding'");
    RESULTS.put("notified", quoted(postgres.getNotifications(5_000)[0].getParameter()));
    connection.setAutoCommit(false);
    long id = postgres.getLargeObjectAPI().createLO();
    try (LargeObject large = postgres.getLargeObjectAPI().open(id)) {
      large.write(new byte[300_000]);
      large.seek(0);
      RESULTS.put("largeObject", String.valueOf(large.read(400_000).length));
    }
    connection.commit();
    connection.setAutoCommit(true);
    cancel(statement);
    int rows = 0;
    try (ResultSet result = statement.executeQuery("select n from generate_series(1, 100000) n")) {
      while (result.next()) rows++;
    }
    RESULTS.put("rows", String.valueOf(rows));
    RESULTS.put("longStatement", only(statement, "select length('" + "x".repeat(10_485_760) + "')"));
  }

  static void copyBothWays(Statement statement, PGConnection postgres) throws Exception {
    statement.execute("create temp table copied (n int)");
    StringBuilder lines = new StringBuilder();
    for (int n = 0; n < 5_000; n++) lines.append(n).append('\n');
    postgres.getCopyAPI().copyIn("copy copied from stdin", new StringReader(lines.toString()));
    StringWriter copied = new StringWriter();
    postgres.getCopyAPI().copyOut("copy copied to stdout", copied);
    RESULTS.put("copied", String.valueOf(copied.toString().lines().count()));
  }

  static void cancel(Statement statement) {
    var canceller = Executors.newSingleThreadScheduledExecutor();
    canceller.scheduleWithFixedDelay(() -> {
      try {
        statement.cancel();
      } catch (SQLException error) {
        System.err.println(error.getMessage());
      }
    }, 300, 300, TimeUnit.MILLISECONDS);
    try {
      statement.execute("select pg_sleep(60)");
    } catch (SQLException error) {
      RESULTS.put("canceled", quoted(error.getSQLState()));
    }
    canceller.shutdownNow();
  }

  static String only(Statement statement, String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  static String only(PreparedStatement query) throws SQLException {
    try (ResultSet result = query.executeQuery()) {
      result.next();
      return result.getString(1);
    }
  }

  static String quoted(String text) {
    return "\"" + text + "\"";
  }
}
