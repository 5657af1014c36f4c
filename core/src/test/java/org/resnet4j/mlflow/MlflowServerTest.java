package org.resnet4j.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.live.TinyRun;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.Event;
import org.resnet4j.train.Scalar;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against MLflow itself, where {@code RESNET4J_MLFLOW_PYTHON} names a Python that has it. */
class MlflowServerTest {
  private static final int PATIENCE_SECONDS = 120;

  @TempDir private Path folder;

  @Test
  void mlflow_shows_one_run_with_recipe_and_curves_that_was_stopped_and_resumed() throws Exception {
    Optional<String> python = Optional.ofNullable(System.getenv("RESNET4J_MLFLOW_PYTHON"));
    assumeTrue(
        python.isPresent(),
        "RESNET4J_MLFLOW_PYTHON names no Python with mlflow: not tried against a real server");
    TinyRun run = TinyRun.train(folder);
    int port = freePort();
    Process server = start(python.get(), port);
    String url = "http://127.0.0.1:" + port;
    List<String> notices = new ArrayList<>();
    try {
      await(server, port);
      try (MlflowRun mlflow = new MlflowRun(Address.of(url, Map.of()), notices::add, 60_000)) {
        run.events().subList(0, run.events().size() / 2).forEach(mlflow);
        mlflow.stopped();
      }
      JsonNode stopped = runs(url).get(0);
      assertThat(stopped.get("info").get("status").asString()).isEqualTo("KILLED");
      try (MlflowRun mlflow = new MlflowRun(Address.of(url, Map.of()), notices::add, 60_000)) {
        mlflow.accept(run.events().get(0));
        run.events().subList(run.events().size() / 2, run.events().size()).forEach(mlflow);
        mlflow.finished();
      }
      assertThat(runs(url)).hasSize(1);
      JsonNode shown = runs(url).get(0);
      assertThat(shown.get("info").get("status").asString()).isEqualTo("FINISHED");
      assertThat(shown.get("info").get("run_name").asString()).isEqualTo("run");
      Event.Started started = (Event.Started) run.events().get(0);
      assertThat(values(shown.get("data").get("params")))
          .containsExactlyInAnyOrderEntriesOf(RecipeFile.values(started.recipe()));
      assertThat(values(shown.get("data").get("tags")))
          .containsEntry("network", "resnet8")
          .containsEntry("mlflow.source.name", "resnet4j");
      String id = shown.get("info").get("run_id").asString();
      for (String curve : List.of("train/loss", "test/top1", "norm/weights", "branch/stage2")) {
        assertThat(curve(url, id, curve)).isEqualTo(curve(run.events(), curve)).isNotEmpty();
      }
      assertThat(notices).isEmpty();
    } finally {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process start(String python, int port) throws IOException {
    return new ProcessBuilder(
            python,
            "-m",
            "mlflow",
            "server",
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--workers",
            "1",
            "--backend-store-uri",
            "sqlite:///" + folder.resolve("mlflow.db"),
            "--default-artifact-root",
            folder.resolve("artifacts").toString())
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("server.log").toFile())
        .start();
  }

  private static void await(Process server, int port) throws InterruptedException {
    for (int tenth = 0; tenth < 10 * PATIENCE_SECONDS; tenth++) {
      assertThat(server.isAlive()).as("mlflow ended").isTrue();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(socket.isConnected()).isTrue();
        return;
      } catch (IOException notYet) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    throw new AssertionError("mlflow did not start");
  }

  private static JsonNode ask(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }

  private static JsonNode runs(String url) throws Exception {
    String api = url + "/api/2.0/mlflow/";
    JsonNode experiment =
        ask(
            HttpRequest.newBuilder(
                URI.create(api + "experiments/get-by-name?experiment_name=resnet4j")));
    String id = experiment.get("experiment").get("experiment_id").asString();
    return ask(HttpRequest.newBuilder(URI.create(api + "runs/search"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"experiment_ids\":[\"" + id + "\"]}")))
        .path("runs");
  }

  private static Map<String, String> values(JsonNode list) {
    Map<String, String> values = new TreeMap<>();
    list.forEach(one -> values.put(one.get("key").asString(), one.get("value").asString()));
    return values;
  }

  private static Map<Long, Double> curve(String url, String run, String name) throws Exception {
    String query = "?run_id=" + run + "&metric_key=" + name;
    JsonNode answer =
        ask(
            HttpRequest.newBuilder(
                URI.create(url + "/api/2.0/mlflow/metrics/get-history" + query)));
    Map<Long, Double> points = new TreeMap<>();
    answer
        .path("metrics")
        .forEach(point -> points.put(point.path("step").asLong(0), point.get("value").asDouble()));
    return points;
  }

  private static Map<Long, Double> curve(List<Event> events, String name) {
    Map<Long, Double> points = new TreeMap<>();
    events.stream()
        .flatMap(event -> Scalar.of(event, "test").stream())
        .filter(scalar -> scalar.name().equals(name))
        .forEach(scalar -> points.put(scalar.step(), scalar.value()));
    return points;
  }
}
