import com.fasterxml.jackson.databind.ObjectMapper;
import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnector;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import java.io.File;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Connector;
import org.apache.kafka.connect.json.JsonConverterConfig;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Judges a connector's JSON by the definitions of its own classes; a line for each fault.
 *
 * <p>A class that is not on the class path is reported as "no class", so that nobody takes its
 * settings for checked. Nothing is connected to.
 */
public class ConnectorCheck {
  public static void main(String[] arguments) throws Exception {
    Map<?, ?> read = new ObjectMapper().readValue(new File(arguments[0]), Map.class);
    Map<String, String> all = new HashMap<>();
    ((Map<?, ?>) read.get("config")).forEach((key, value) -> all.put((String) key, (String) value));

    Map<String, String> own = new HashMap<>(all);
    String name = own.remove("connector.class");
    for (String side : new String[] {"key.converter", "value.converter"}) {
      own.keySet().removeIf(key -> key.startsWith(side));
      String converter = all.get(side);
      if (converter == null) continue;
      Class.forName(converter);
      Map<String, String> settings = under(all, side + ".");
      settings.put("converter.type", side.substring(0, side.indexOf('.')));
      judge(side, JsonConverterConfig.configDef(), settings);
    }
    for (String alias : all.getOrDefault("transforms", "").split(",")) {
      if (alias.isEmpty()) continue;
      Map<String, String> settings = under(all, "transforms." + alias + ".");
      Class<?> type = Class.forName(settings.remove("type"));
      Transformation<?> made = (Transformation<?>) type.getDeclaredConstructor().newInstance();
      judge("transforms." + alias, made.config(), settings);
    }
    own.keySet().removeIf(key -> key.startsWith("transforms"));
    try {
      Class<?> type = Class.forName(name);
      Object connector = type.getDeclaredConstructor().newInstance();
      judge(name, ((Connector) connector).config(), own);
      if (connector instanceof PostgresConnector) {
        // Debezium knows more than its definition tells: which words a setting takes.
        tell(name, Configuration.from(own).validate(PostgresConnectorConfig.ALL_FIELDS).values());
      }
    } catch (ClassNotFoundException missing) {
      System.out.println("no class " + name);
    }
  }

  private static Map<String, String> under(Map<String, String> all, String prefix) {
    Map<String, String> found = new HashMap<>();
    all.forEach((key, value) -> {
      if (key.startsWith(prefix)) found.put(key.substring(prefix.length()), value);
    });
    return found;
  }

  private static void judge(String whose, ConfigDef definition, Map<String, String> settings) {
    for (String key : settings.keySet()) {
      if (!definition.names().contains(key)) System.out.println("unknown " + whose + ": " + key);
    }
    tell(whose, definition.validate(settings));
  }

  private static void tell(String whose, Collection<ConfigValue> values) {
    for (ConfigValue value : values) {
      for (String fault : value.errorMessages()) {
        System.out.println("fault " + whose + ": " + fault);
      }
    }
  }
}
