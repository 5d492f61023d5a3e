import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints every tier change once: java -cp 'jars/*' examples/TierChanges.java HOST:PORT. */
class TierChanges {

    /** A place in a customer's story; a later incarnation comes after everything before it. */
    record Place(long incarnation, long version) {
        boolean isAfter(Place other) {
            return incarnation != other.incarnation
                ? incarnation > other.incarnation
                : version > other.version;
        }
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", arguments[0]);
        var text = new StringDeserializer();
        var json = new ObjectMapper();
        Map<String, Place> seen = new HashMap<>(); // keep it where you keep your own data
        try (var consumer = new KafkaConsumer<>(settings, text, text)) {
            List<TopicPartition> all = consumer.partitionsFor("tier-changes").stream()
                .map(one -> new TopicPartition(one.topic(), one.partition()))
                .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    JsonNode change = json.readTree(record.value());
                    var incarnation = record.headers().lastHeader("ce_incarnation").value();
                    var place = new Place(
                        Long.parseLong(new String(incarnation, StandardCharsets.UTF_8)),
                        change.get("version").asLong());
                    if (place.isAfter(seen.getOrDefault(record.key(), new Place(0, 0)))) {
                        seen.put(record.key(), place);
                        System.out.printf("%s %s -> %s %s%n", record.key(),
                            change.get("from").asText("None"), change.get("to").asText("None"),
                            change.get("trigger").asText("None"));
                    }
                }
            }
        }
    }
}
