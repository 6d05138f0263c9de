// Asks one thing over JDBC and prints the answer: the URL, the password, the statement.

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.Properties;

class AskByJdbc {
  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("password", arguments[1]);
    try (Connection connection = DriverManager.getConnection(arguments[0], properties);
        ResultSet answer = connection.createStatement().executeQuery(arguments[2])) {
      answer.next();
      System.out.print(answer.getString(1));
    }
  }
}
