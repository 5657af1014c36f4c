package org.resnet4j.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The few calls of MLflow's REST interface 2.0 that a run needs. */
final class Client {
  private static final int MOST_BYTES = 1 << 20;

  private final Address address;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(3))
          .build();

  Client(Address address) {
    this.address = address;
  }

  /** The server understood and said no. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    Refused(int status, String code) {
      super("HTTP %d %s".formatted(status, code).strip());
      this.status = status;
    }

    /** Whether the request itself was at fault, and would be again. */
    boolean forGood() {
      return status == 400 || status == 404 || status == 413;
    }
  }

  /** The id of an experiment, which is made if need be. */
  String experiment(String name) throws IOException, InterruptedException {
    try {
      String query = "?experiment_name=" + URLEncoder.encode(name, UTF_8);
      return text(
          send("experiments/get-by-name" + query, null).path("experiment"), "experiment_id");
    } catch (Refused absent) {
      if (!absent.forGood()) {
        throw absent;
      }
      return text(send("experiments/create", Map.of("name", name)), "experiment_id");
    }
  }

  /** Starts a run; its id. */
  String create(String experiment, String name, long time, List<Map<String, String>> tags)
      throws IOException, InterruptedException {
    JsonNode answer =
        send(
            "runs/create",
            Map.of(
                "experiment_id", experiment, "run_name", name, "start_time", time, "tags", tags));
    return text(answer.path("run").path("info"), "run_id");
  }

  void parameters(String run, List<Map<String, String>> parameters)
      throws IOException, InterruptedException {
    send("runs/log-batch", Map.of("run_id", run, "params", parameters));
  }

  void metrics(String run, List<Point> points) throws IOException, InterruptedException {
    send("runs/log-batch", Map.of("run_id", run, "metrics", points));
  }

  /** Says that a run goes on. */
  void running(String run) throws IOException, InterruptedException {
    send("runs/update", Map.of("run_id", run, "status", "RUNNING"));
  }

  void ended(String run, String status, long time) throws IOException, InterruptedException {
    send("runs/update", Map.of("run_id", run, "status", status, "end_time", time));
  }

  /**
   * A value of a metric.
   *
   * @param timestamp milliseconds since 1970
   */
  record Point(String key, double value, long timestamp, long step) {}

  /** Posts a body, or gets where there is none. */
  private JsonNode send(String call, @Nullable Object body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address.base() + "/api/2.0/mlflow/" + call))
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", "application/json");
    address.authorization().ifPresent(value -> request.header("Authorization", value));
    if (body != null) {
      byte[] json = JsonMapper.shared().writeValueAsBytes(body);
      request.POST(HttpRequest.BodyPublishers.ofByteArray(json));
    }
    HttpResponse<InputStream> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    byte[] answer;
    try (InputStream in = response.body()) {
      answer = in.readNBytes(MOST_BYTES);
    }
    if (response.statusCode() != 200) {
      throw new Refused(response.statusCode(), code(answer));
    }
    try {
      return JsonMapper.shared().readTree(answer);
    } catch (JacksonException e) {
      throw new IOException("no JSON in its answer", e);
    }
  }

  /** MLflow's name of the error, which is in capitals; nothing else of the answer is trusted. */
  private static String code(byte[] answer) {
    try {
      String code = JsonMapper.shared().readTree(answer).path("error_code").asString("");
      return code.matches("[A-Z_]{1,60}") ? code : "";
    } catch (JacksonException e) {
      return "";
    }
  }

  private static String text(JsonNode node, String key) throws IOException {
    String value = node.path(key).asString("");
    if (value.isEmpty()) {
      throw new IOException("no " + key + " in its answer");
    }
    return value;
  }
}
