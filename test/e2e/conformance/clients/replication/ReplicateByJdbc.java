// pgjdbc, by the variables that libpq reads: reads the first change of a publication by its replication stream.

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

class ReplicateByJdbc {
  public static void main(String[] arguments) throws Exception {
    try (Connection connection = connect("database")) {
      connection.createStatement().execute("CREATE_REPLICATION_SLOT with_jdbc TEMPORARY LOGICAL pgoutput");
      PGReplicationStream stream = connection.unwrap(PGConnection.class).getReplicationAPI().replicationStream()
          .logical().withSlotName("with_jdbc").withSlotOption("proto_version", "1")
          .withSlotOption("publication_names", "conformance").start();
      try (Connection writer = connect(null); Statement statement = writer.createStatement()) {
        statement.execute("insert into streamed values (1)");
      }
      ByteBuffer change = stream.read();
      System.out.println("{\"streamed\":\"" + (char) change.get() + "\",\"physical\":" + identifySystem() + "}");
      stream.close();
    } catch (SQLException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
  }

  static int identifySystem() throws SQLException {
    try (Connection standby = connect("true"); Statement statement = standby.createStatement();
        ResultSet server = statement.executeQuery("IDENTIFY_SYSTEM")) {
      return server.getMetaData().getColumnCount();
    }
  }

  static Connection connect(String replication) throws SQLException {
    Map<String, String> environment = System.getenv();
    Properties properties = new Properties();
    properties.setProperty("user", environment.get("PGUSER"));
    properties.setProperty("password", environment.get("PGPASSWORD"));
    properties.setProperty("sslmode", environment.get("PGSSLMODE"));
    if (replication != null) {
      PGProperty.REPLICATION.set(properties, replication);
      PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
      PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
    }
    String place = environment.get("PGHOST") + ":" + environment.get("PGPORT") + "/" + environment.get("PGDATABASE");
    return DriverManager.getConnection("jdbc:postgresql://" + place, properties);
  }
}
