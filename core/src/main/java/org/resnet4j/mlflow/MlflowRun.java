package org.resnet4j.mlflow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.Event;
import org.resnet4j.train.Scalar;
import org.resnet4j.weights.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends a run's recipe and curves to an MLflow tracking server.
 *
 * <p>Values wait in a queue of limited length for a thread of their own: a server that is slow or
 * away neither stops nor slows the training. What it misses is sent when it is back; what the queue
 * cannot hold is lost, and counted. The id of the run is kept in the run folder, so that a resumed
 * run goes on in the same one.
 */
public final class MlflowRun implements Consumer<Event>, AutoCloseable {
  /** Of resnet4j's runs in a server. */
  static final String EXPERIMENT = "resnet4j";

  /** In the run folder. */
  static final String FILE = "mlflow.json";

  private static final int MOST_POINTS = 20_000;
  private static final int BATCH = 1000; // What MLflow takes in one call; of parameters, 100.
  private static final int PARAMETERS = 100;
  private static final int LETTERS = 500; // Of a parameter, in the older versions.
  private static final long PATIENCE_MILLIS =
      5000; // After SIGTERM there are ten, for all there is.
  private static final long LONGEST_PAUSE = 30_000;

  private final Address address;
  private final long patience;
  private final Client client;
  private final Consumer<String> notices;
  private final BlockingQueue<Client.Point> queue = new ArrayBlockingQueue<>(MOST_POINTS);
  private final BlockingQueue<String> notice = new ArrayBlockingQueue<>(1);
  private final AtomicLong missed = new AtomicLong();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = new Thread(this::work, "resnet4j-mlflow");
  private volatile Optional<Event.Started> started = Optional.empty();
  private volatile String status = "FAILED";
  private Optional<String> run = Optional.empty(); // The rest belongs to the thread.
  private boolean parametersSent;
  private boolean said;
  private long pause = 1000;

  /**
   * Without an environment.
   *
   * @param patience how long to try at the end, in milliseconds
   */
  MlflowRun(Address address, Consumer<String> notices, long patience) {
    this.address = address;
    this.patience = patience;
    this.client = new Client(address);
    this.notices = notices;
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Begins to wait for a run; asks the server for nothing before.
   *
   * @param url of the server; a user and password in it go into a header and nowhere else
   * @param notices told in a sentence if something fails, on the thread that brings the events
   * @throws IllegalArgumentException if that is no address
   */
  public static MlflowRun at(String url, Consumer<String> notices) {
    return new MlflowRun(Address.of(url, System.getenv()), notices, PATIENCE_MILLIS);
  }

  /** An argument without the user and password of the URL in it, if it is or ends in one. */
  public static String withoutPassword(String text) {
    return text.replaceFirst("(?<=://).*@", "");
  }

  @Override
  public void accept(Event event) {
    if (event instanceof Event.Started begun) {
      started = Optional.of(begun);
    }
    long now = System.currentTimeMillis();
    String judging = started.map(Event.Started::judging).orElse("test");
    for (Scalar scalar : Scalar.of(event, judging)) {
      // JSON has no number for the others.
      if (Double.isFinite(scalar.value())
          && !queue.offer(new Client.Point(scalar.name(), scalar.value(), now, scalar.step()))) {
        missed.incrementAndGet();
      }
    }
    tell();
  }

  /** The run came to its end. */
  public void finished() {
    status = "FINISHED";
  }

  /** The run was told to stop. */
  public void stopped() {
    status = "KILLED";
  }

  /**
   * Sends what is left, for at most 5 seconds; a run that is neither finished nor stopped failed.
   */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(patience);
      thread.interrupt();
      thread.join(1000);
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    tell();
    long lost = missed.get() + queue.size();
    if (lost > 0) {
      notices.accept("MLflow at %s misses %d values of this run".formatted(address, lost));
    }
  }

  private void tell() {
    String text = notice.poll();
    if (text != null) {
      notices.accept(text);
    }
  }

  private void work() {
    List<Client.Point> batch = new ArrayList<>();
    try {
      while (!delivered(batch)) {
        // Several values in one call, rather than a call for each.
        closing.await(pause, TimeUnit.MILLISECONDS);
        if (batch.isEmpty()) {
          queue.drainTo(batch, BATCH);
        }
      }
    } catch (InterruptedException e) {
      missed.addAndGet(batch.size());
    }
  }

  /** Sends a batch, and at the end how it ended; whether there will be nothing more to send. */
  private boolean delivered(List<Client.Point> batch) throws InterruptedException {
    boolean last = closing.getCount() == 0 && queue.isEmpty();
    Optional<Event.Started> begun = started;
    if (begun.isEmpty()) {
      return last;
    }
    try {
      String id = begin(begun.get());
      if (!batch.isEmpty()) {
        send(id, batch);
        batch.clear();
      } else if (last) {
        client.ended(id, status, System.currentTimeMillis());
        return true;
      }
      pause = 1000;
    } catch (IOException e) {
      failed(e);
    }
    return false;
  }

  private void send(String id, List<Client.Point> batch) throws IOException, InterruptedException {
    try {
      client.metrics(id, batch);
    } catch (Client.Refused refused) {
      if (!refused.forGood()) {
        throw refused;
      }
      missed.addAndGet(batch.size()); // Nor would it take them another time.
      failed(refused);
    }
  }

  private void failed(IOException e) throws InterruptedException {
    if (!said) {
      said = true;
      String reason =
          e instanceof Client.Refused
              ? String.valueOf(e.getMessage())
              : e.getClass().getSimpleName();
      notice.add(
          "MLflow at %s does not take the run (%s); training goes on, and it is tried again"
              .formatted(address, reason));
    }
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    if (closing.getCount() == 0) {
      Thread.sleep(200); // The pause above is over at once.
    }
  }

  /** The id of the run: the one in the run folder if the server still has it, or a new one. */
  private String begin(Event.Started begun) throws IOException, InterruptedException {
    if (run.isEmpty()) {
      run = earlier(begun.run());
    }
    if (run.isEmpty()) {
      String name = String.valueOf(begun.run().getFileName());
      String id =
          client.create(
              client.experiment(EXPERIMENT), name, System.currentTimeMillis(), tags(begun));
      run = Optional.of(id);
      remember(begun.run(), id);
    }
    if (!parametersSent) {
      List<Map<String, String>> parameters = new ArrayList<>();
      RecipeFile.values(begun.recipe())
          .forEach((key, value) -> parameters.add(Map.of("key", key, "value", shortened(value))));
      try {
        for (int from = 0; from < parameters.size(); from += PARAMETERS) {
          int to = Math.min(from + PARAMETERS, parameters.size());
          client.parameters(run.get(), parameters.subList(from, to));
        }
      } catch (Client.Refused refused) {
        if (!refused.forGood()) {
          throw refused;
        }
        failed(refused); // The curves may still be welcome.
      }
      parametersSent = true;
    }
    return run.get();
  }

  private static List<Map<String, String>> tags(Event.Started begun) {
    return List.of(
        tag("mlflow.source.name", "resnet4j"),
        tag("mlflow.source.type", "LOCAL"),
        tag("network", begun.network().name()),
        tag("data", begun.data()),
        tag("engine", begun.engine()),
        tag("run", begun.run().toString()));
  }

  private static Map<String, String> tag(String key, String value) {
    return Map.of("key", key, "value", shortened(value));
  }

  private static String shortened(String value) {
    return value.length() <= LETTERS ? value : value.substring(0, LETTERS);
  }

  private Optional<String> earlier(Path folder) throws IOException, InterruptedException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonNode kept = JsonMapper.shared().readTree(Files.readString(file));
      String id = kept.path("run").asString("");
      if (id.isEmpty() || !kept.path("server").asString("").equals(address.base())) {
        return Optional.empty();
      }
      client.running(id);
      parametersSent = true;
      return Optional.of(id);
    } catch (JacksonException damaged) {
      return Optional.empty();
    } catch (Client.Refused gone) {
      if (gone.forGood()) {
        return Optional.empty();
      }
      throw gone;
    }
  }

  private void remember(Path folder, String id) throws IOException {
    AtomicFile.write(
        folder.resolve(FILE),
        JsonMapper.shared().writeValueAsBytes(Map.of("server", address.base(), "run", id)));
  }
}
