import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * What does Kafka Streams cost? It parses each ticket's JSON, adds three fields and writes it.
 *
 * <p>Arguments: servers, application id, source, target, guarantee (at_least_once or
 * exactly_once_v2). Settings are the library's own, but for two: one thread, and at least once a
 * commit every second instead of every thirty, so that the bench can see how far it is.
 */
public final class PassThrough {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws InterruptedException {
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[1]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, arguments[4]);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    if (arguments[4].equals(StreamsConfig.AT_LEAST_ONCE)) {
      settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    }
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(arguments[2], Consumed.with(Serdes.ByteArray(), json()))
        .mapValues(PassThrough::withThreeFields)
        .to(arguments[3], Produced.with(Serdes.ByteArray(), json()));
    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    CountDownLatch told = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      streams.close();
      told.countDown();
    }));
    streams.start();
    told.await();
  }

  private static ObjectNode withThreeFields(ObjectNode ticket) {
    ticket.put("scope", "installation_setup");
    ticket.put("confidence", 0.93);
    ticket.put("classified_at", "2026-01-01T00:00:00Z");
    return ticket;
  }

  private static Serde<ObjectNode> json() {
    return Serdes.serdeFrom(
        (topic, ticket) -> {
          try {
            return JSON.writeValueAsBytes(ticket);
          } catch (IOException error) {
            throw new UncheckedIOException(error);
          }
        },
        (topic, bytes) -> {
          try {
            return (ObjectNode) JSON.readTree(bytes);
          } catch (IOException error) {
            throw new UncheckedIOException(error);
          }
        });
  }
}
