import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

public class AskByPgjdbc {
  public static void main(String[] arguments) {
    var environment = System.getenv();
    var properties = new Properties();
    properties.put("user", environment.get("PGUSER"));
    properties.put("password", environment.getOrDefault("PGPASSWORD", ""));
    properties.put("sslmode", "require");
    if (environment.containsKey("PGSSLKEY")) {
      properties.put("sslcert", environment.get("PGSSLCERT"));
      properties.put("sslkey", environment.get("PGSSLKEY"));
    }
    properties.put("loginTimeout", environment.getOrDefault("PGCONNECT_TIMEOUT", "30"));
    var url = "jdbc:postgresql://" + environment.get("PGHOST") + ":" + environment.get("PGPORT") + "/"
        + environment.get("PGDATABASE");
    try (var connection = DriverManager.getConnection(url, properties);
        var result = connection.createStatement().executeQuery("select 42")) {
      result.next();
      System.out.println(result.getInt(1));
    } catch (SQLException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
  }
}
