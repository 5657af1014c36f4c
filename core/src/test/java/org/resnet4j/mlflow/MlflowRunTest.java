package org.resnet4j.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.live.TinyRun;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.Event;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against a server of a few lines that fails as told. */
class MlflowRunTest {
  @TempDir private static Path shared;
  private static TinyRun run;

  private final List<String> notices = new ArrayList<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final CountDownLatch hung = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private volatile String failing = "nothing";
  private volatile int status = 500;

  private record Call(String path, String authorization, JsonNode body) {}

  @BeforeAll
  static void train_once() {
    run = TinyRun.train(shared);
  }

  @BeforeEach
  void start() throws IOException {
    Files.deleteIfExists(run.run().resolve(MlflowRun.FILE));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(threads);
    server.createContext("/api/2.0/mlflow/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    hung.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] sent = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath().replace("/api/2.0/mlflow/", "");
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    JsonNode body = JsonMapper.shared().readTree(sent.length == 0 ? new byte[] {'{', '}'} : sent);
    calls.add(new Call(path, String.valueOf(authorization), body));
    try {
      if (failing.equals("hang")) {
        hung.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    boolean fails = path.startsWith(failing);
    if (failing.equals("html")) {
      byte[] page = "<html>welcome".getBytes(UTF_8);
      exchange.sendResponseHeaders(200, page.length);
      exchange.getResponseBody().write(page);
      exchange.close();
      return;
    }
    String text =
        switch (path) {
          case "experiments/get-by-name", "experiments/create" ->
              "{\"experiment_id\":\"7\",\"experiment\":{\"experiment_id\":\"7\"}}";
          case "runs/create" -> "{\"run\":{\"info\":{\"run_id\":\"abc\"}}}";
          default -> "{}";
        };
    byte[] answer =
        (fails ? "{\"error_code\":\"SOME_ERROR\",\"message\":\"secret\"}" : text).getBytes(UTF_8);
    exchange.sendResponseHeaders(fails ? status : 200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private List<JsonNode> bodies(String path) {
    return calls.stream().filter(call -> call.path().equals(path)).map(Call::body).toList();
  }

  private List<String> values(String kind) {
    List<String> values = new ArrayList<>();
    bodies("runs/log-batch")
        .forEach(
            body ->
                body.path(kind)
                    .forEach(
                        value ->
                            values.add(
                                value.get("key").asString() + "@" + value.path("step").asInt(-1))));
    return values;
  }

  private void send(String url, List<Event> events, boolean finished) {
    try (MlflowRun mlflow = at(url, 700)) {
      events.forEach(mlflow);
      if (finished) {
        mlflow.finished();
      }
    }
  }

  private MlflowRun at(String url, long patience) {
    return new MlflowRun(Address.of(url, Map.of()), notices::add, patience);
  }

  @Test
  void sends_recipe_curves_and_end() {
    send(url() + "/", run.events(), true);
    assertThat(notices).isEmpty();
    JsonNode created = bodies("runs/create").get(0);
    assertThat(created.get("experiment_id").asString()).isEqualTo("7");
    assertThat(created.get("run_name").asString()).isEqualTo("run");
    assertThat(values("params"))
        .containsExactlyElementsOf(RecipeFile.keys().stream().map(key -> key + "@-1").toList());
    assertThat(values("metrics"))
        .contains("train/loss@10", "train/loss@20", "norm/gradient@20", "branch/stage3@20")
        .contains("test/loss@2", "test/top1@20")
        .doesNotHaveDuplicates();
    List<JsonNode> ends = bodies("runs/update");
    assertThat(ends).hasSize(1);
    assertThat(ends.get(0).get("status").asString()).isEqualTo("FINISHED");
  }

  @Test
  void says_that_a_run_failed_of_which_nobody_said_how_it_ended() {
    send(url(), run.events(), false);
    assertThat(bodies("runs/update").get(0).get("status").asString()).isEqualTo("FAILED");
  }

  @Test
  void goes_on_in_the_same_run_when_it_is_resumed() {
    send(url(), run.events(), true);
    calls.clear();
    send(url(), List.of(run.resumed(), run.last(Event.Epoch.class)), true);
    assertThat(bodies("runs/create")).isEmpty();
    assertThat(bodies("runs/update").get(0).get("status").asString()).isEqualTo("RUNNING");
    assertThat(bodies("runs/log-batch")).allMatch(b -> b.get("run_id").asString().equals("abc"));
    assertThat(values("params")).isEmpty();
    assertThat(values("metrics")).contains("test/loss@20");
  }

  @Test
  void begins_another_run_where_the_server_has_the_first_no_more() {
    send(url(), run.events(), true);
    calls.clear();
    failing = "runs/update";
    status = 404;
    send(url(), List.of(run.resumed()), false);
    assertThat(bodies("runs/create")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"server\":\"http://127.0.0.1:1\",\"run\":\"theirs\"}",
        "{\"run\":",
        "{\"server\":\"SAME\",\"run\":\"\"}"
      })
  void begins_another_run_where_the_folder_tells_of_another_server_or_of_none(String kept)
      throws IOException {
    Files.writeString(run.run().resolve(MlflowRun.FILE), kept.replace("SAME", url()));
    send(url(), List.of(run.resumed()), true);
    assertThat(bodies("runs/create")).hasSize(1);
    assertThat(calls).noneMatch(call -> call.body().toString().contains("theirs"));
    assertThat(Files.readString(run.run().resolve(MlflowRun.FILE))).contains("abc", url());
  }

  @Test
  void makes_the_experiment_that_is_not_there() {
    failing = "experiments/get-by-name";
    status = 404;
    send(url(), run.events(), true);
    assertThat(notices).isEmpty();
    assertThat(bodies("experiments/create").get(0).get("name").asString()).isEqualTo("resnet4j");
    assertThat(bodies("runs/create").get(0).get("experiment_id").asString()).isEqualTo("7");
  }

  @Test
  void takes_a_page_for_people_for_no_tracking_server() {
    failing = "html";
    send(url(), run.events(), true);
    assertThat(notices).hasSize(2);
    assertThat(notices.get(0)).contains("does not take the run (IOException)");
  }

  @Test
  void leaves_out_values_that_json_has_no_number_for() {
    Event.Step step = new Event.Step(1, 1, 10, 20, Double.NaN, 0.5, 0.1, 100, 1);
    send(url(), List.of(run.events().get(0), step), true);
    assertThat(values("metrics"))
        .containsExactly("train/top1@10", "rate@10", "images_per_second@10");
    assertThat(notices).isEmpty();
  }

  @Test
  void shortens_what_older_servers_would_not_take() {
    Event.Started begun = (Event.Started) run.events().get(0);
    Event longer =
        new Event.Started(
            begun.run(),
            begun.network(),
            RecipeFile.with(begun.recipe(), Map.of("name", "x".repeat(501))),
            begun.data(),
            begun.trainImages(),
            begun.testImages(),
            begun.step(),
            begun.steps(),
            begun.engine(),
            begun.notes());
    send(url(), List.of(longer), true);
    assertThat(bodies("runs/log-batch").get(0).get("params").get(0).get("value").asString())
        .isEqualTo("x".repeat(500));
  }

  @Test
  void says_that_a_run_was_stopped_that_was_told_to() {
    try (MlflowRun mlflow = at(url(), 700)) {
      run.events().forEach(mlflow);
      mlflow.stopped();
    }
    assertThat(bodies("runs/update").get(0).get("status").asString()).isEqualTo("KILLED");
  }

  @Test
  void sends_what_a_server_missed_that_comes_back() {
    failing = "runs/log-batch";
    try (MlflowRun mlflow = at(url(), 5000)) {
      run.events().forEach(mlflow);
      awaitCall("runs/log-batch");
      failing = "nothing";
      mlflow.finished();
    }
    assertThat(notices)
        .containsExactly(
            "MLflow at %s does not take the run (HTTP 500 SOME_ERROR); training goes on, and it is tried again"
                .formatted(url()));
    assertThat(values("metrics")).contains("train/loss@20", "test/top1@20");
    assertThat(bodies("runs/update").get(0).get("status").asString()).isEqualTo("FINISHED");
  }

  private void awaitCall(String path) {
    while (bodies(path).isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void leaves_out_a_batch_that_the_server_will_never_take_and_counts_it() {
    failing = "runs/log-batch";
    status = 400;
    send(url(), run.events(), true);
    assertThat(bodies("runs/update").get(0).get("status").asString()).isEqualTo("FINISHED");
    assertThat(notices).hasSize(2);
    assertThat(notices.get(1)).matches("MLflow at \\S+ misses \\d+ values of this run");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hang", "runs", "experiments"})
  void ends_in_seconds_and_says_so_once_whatever_the_server_does(String what) {
    failing = what;
    send(url(), run.events(), true);
    assertThat(notices).last().asString().contains("misses");
    assertThat(notices).hasSizeBetween(1, 2).doesNotHaveDuplicates();
  }

  @Test
  void ends_in_seconds_where_nobody_listens() {
    String nobody = url();
    server.stop(0);
    send(nobody, run.events(), true);
    assertThat(notices).hasSize(2);
    assertThat(notices.get(0)).contains(nobody, "does not take the run (ConnectException)");
    assertThat(notices.get(1)).contains("misses");
  }

  @Test
  void holds_no_more_than_its_queue_and_counts_the_rest() {
    String nobody = url();
    server.stop(0);
    List<Event> many = new ArrayList<>(run.events().subList(0, 1));
    for (int step = 10; step <= 60_000; step += 10) {
      many.add(new Event.Step(1, 1, step, 60_000, 1, 0.5, 0.1, 100, 1));
    }
    send(nobody, many, true);
    // Four curves of 6000 points each.
    assertThat(notices).last().asString().contains("misses 24000 values");
  }

  @Test
  void gives_user_and_password_to_the_server_and_nobody_else() throws IOException {
    failing = "runs/log-batch";
    String url = url().replace("http://", "http://me:s%40cret@");
    send(url, run.events(), true);
    assertThat(calls).allMatch(call -> call.authorization().equals("Basic bWU6c0BjcmV0"));
    assertThat(notices).isNotEmpty().noneMatch(text -> text.contains("cret"));
    assertThat(Files.readString(run.run().resolve(MlflowRun.FILE))).doesNotContain("cret", "me:");
  }

  @Test
  void takes_user_and_password_from_the_variables_of_mlflow() {
    Map<String, String> variables =
        Map.of("MLFLOW_TRACKING_USERNAME", "me", "MLFLOW_TRACKING_PASSWORD", "s@cret");
    assertThat(Address.of("http://host:5000/", variables))
        .isEqualTo(new Address("http://host:5000", Optional.of("Basic bWU6c0BjcmV0")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host:5000",
        "ftp://u:secret@host",
        "http://u:secret@",
        "http://u:sec ret@host",
        "http://u:s@secret@ho st/",
        "http://u:secret@host/?x",
        "u:secret@host:5000",
        "http://u:secret@host:99999",
        "http://u:sec\nsecret@host"
      })
  void refuses_what_is_no_address_without_telling_a_password(String url) {
    assertThatThrownBy(() -> MlflowRun.at(url, notices::add))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("MLflow at ")
        .hasMessageContaining("must be an address such as http://127.0.0.1:5000")
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("sec ret")
        .hasNoCause();
  }
}
