package org.resnet4j.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.report.LivePage.State;
import org.resnet4j.train.Event;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LiveServerTest {
  @TempDir private static Path shared;
  private static TinyRun run;

  @TempDir private Path folder;

  @BeforeAll
  static void train_once() {
    run = TinyRun.train(shared);
  }

  private static LiveServer after(List<Event> events) {
    LiveServer server = LiveServer.open(0);
    events.forEach(server);
    return server;
  }

  /** The answer to lines as they are, up to the end of the connection. */
  private static String ask(LiveServer server, String... lines) throws IOException {
    try (Socket socket = connect(server)) {
      String request = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private static Socket connect(LiveServer server) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
  }

  private static String get(LiveServer server, String path) throws IOException {
    URI address = server.address().resolve(path);
    try (InputStream in = address.toURL().openStream()) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static JsonNode parts(LiveServer server, String after) throws IOException {
    return JsonMapper.shared().readTree(get(server, "/parts?after=" + after));
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  @Test
  void is_open_to_this_machine_alone() {
    try (LiveServer server = LiveServer.open(0)) {
      assertThat(server.address().toString()).matches("http://127\\.0\\.0\\.1:\\d+/");
    }
  }

  @Test
  void gives_up_clients_that_take_longer_than_seconds() {
    try (LiveServer server = LiveServer.open(0)) {
      assertThat(server.watched()).isFalse();
      // The JDK's server reads these; to see it do so would take as many seconds.
      assertThat(System.getProperty("sun.net.httpserver.maxReqTime")).isEqualTo("10");
      assertThat(System.getProperty("sun.net.httpserver.maxRspTime")).isEqualTo("10");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost:7", "LOCALHOST"})
  void answers_who_asks_for_this_machine(String host) throws IOException {
    try (LiveServer server = after(run.events())) {
      assertThat(ask(server, "GET / HTTP/1.1", "Host: " + host)).startsWith("HTTP/1.1 200 ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: evil.example",
        "Host: 127.0.0.1.evil.example",
        "Host: localhost.evil.example:80",
        "Host: 127.0.0.1@evil.example",
        "X-Host: localhost"
      })
  void refuses_names_that_a_domain_of_somebody_else_could_have(String host) throws IOException {
    try (LiveServer server = after(run.events())) {
      for (String path : List.of("/", "/parts?after=0")) {
        assertThat(ask(server, "GET " + path + " HTTP/1.0", host))
            .startsWith("HTTP/1.1 403 ")
            .doesNotContain("resnet8");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "HEAD"})
  void answers_get_alone(String method) throws IOException {
    try (LiveServer server = after(run.events())) {
      assertThat(ask(server, method + " / HTTP/1.1", "Host: localhost"))
          .startsWith("HTTP/1.1 405 ")
          .contains("Allow: GET");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/x", "/../recipe.yaml", "/parts/..", "/%2e%2e/recipe.yaml"})
  void has_one_page_and_no_files(String path) throws IOException {
    try (LiveServer server = after(run.events())) {
      assertThat(ask(server, "GET " + path + " HTTP/1.1", "Host: localhost"))
          .startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void lets_no_other_site_read_or_frame_it() throws IOException {
    try (LiveServer server = after(run.events())) {
      String answer =
          ask(server, "GET / HTTP/1.1", "Host: localhost", "Origin: http://evil.example");
      assertThat(answer)
          .containsIgnoringCase("X-Frame-Options: DENY")
          .containsIgnoringCase("Cross-Origin-Resource-Policy: same-origin")
          .containsIgnoringCase("X-Content-Type-Options: nosniff")
          .containsIgnoringCase("Cache-Control: no-store")
          .containsIgnoringCase("Referrer-Policy: no-referrer")
          .doesNotContainIgnoringCase("Access-Control-Allow")
          .contains("default-src &#39;none&#39;", "connect-src &#39;self&#39;");
      assertThat(answer.replaceAll("127\\.0\\.0\\.1:\\d+", ""))
          .doesNotContain("http://", "src=\"/");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cross-site, image, 403",
    "cross-site, iframe, 403",
    "same-site, empty, 403",
    "cross-site, document, 200",
    "same-origin, empty, 200",
    "none, document, 200"
  })
  void draws_nothing_for_pages_of_other_sites(String site, String what, int status)
      throws IOException {
    try (LiveServer server = after(run.events())) {
      String answer =
          ask(
              server,
              "GET /parts HTTP/1.1",
              "Host: localhost",
              "Sec-Fetch-Site: " + site,
              "Sec-Fetch-Dest: " + what);
      assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    }
  }

  @Test
  void calls_images_that_were_held_out_for_validation_so() throws IOException {
    List<Event> events = new ArrayList<>(run.events());
    Event.Started begun = (Event.Started) events.get(0);
    events.set(
        0,
        new Event.Started(
            begun.run(),
            begun.network(),
            RecipeFile.with(begun.recipe(), Map.of("validation", "0.2")),
            begun.data(),
            begun.trainImages(),
            begun.testImages(),
            begun.step(),
            begun.steps(),
            begun.engine(),
            begun.notes()));
    try (LiveServer server = after(events)) {
      assertThat(get(server, "/"))
          .contains("<dt>Validation accuracy</dt>", "of 20 validation images are mistaken")
          .contains("Loss of training and validation by step", "validation: after each epoch")
          .contains("Top-1 error of training and validation by step")
          .doesNotContain("Test accuracy", "20 test images are mistaken");
    }
  }

  @Test
  void says_that_the_run_is_about_to_begin() throws IOException {
    try (LiveServer server = LiveServer.open(0)) {
      assertThat(ask(server, "GET / HTTP/1.1", "Host: localhost"))
          .startsWith("HTTP/1.1 503 ")
          .contains("about to begin", "http-equiv=refresh");
    }
  }

  @Test
  void shows_the_whole_run_to_who_opens_it_late() throws IOException {
    try (LiveServer server = after(run.events())) {
      String page = get(server, "/");
      Event.Judged judged = run.last(Event.Judged.class);
      assertThat(page)
          .contains("<dd>10 of 10</dd>", "<dd>20 of 20</dd>", "resnet8: 8 layers")
          .contains("After epoch 10, " + judged.evaluation().mistakes() + " of 20 test images");
      assertThat(count(page, "<img src=\"data:image/png;base64,"))
          .isEqualTo(judged.evaluation().worst().size())
          .isPositive();
      assertThat(points(page)).containsExactly(20, 10, 20, 10, 20);
      for (Event.Branches.Ratio ratio : run.last(Event.Branches.class).ratios()) {
        assertThat(page).contains("<b>" + ratio.block() + "</b> ‖F(x)‖ / ‖x‖ = ");
      }
    }
  }

  /** How many points each line has, in order. */
  private static List<Integer> points(String page) {
    List<Integer> points = new ArrayList<>();
    Matcher line = Pattern.compile("<polyline[^>]* points=\"([^\"]*)\"").matcher(page);
    while (line.find()) {
      points.add(line.group(1).split(" ").length);
    }
    return points;
  }

  @Test
  void sends_what_is_newer_than_what_the_page_has() throws IOException {
    List<Event> events = run.events();
    int judged = events.indexOf(run.last(Event.Judged.class));
    try (LiveServer server = after(events.subList(0, judged))) {
      JsonNode all = parts(server, "");
      assertThat(names(all)).containsExactly("now", "learning", "blocks", "mistakes");
      String version = all.get("version").asString();
      assertThat(names(parts(server, version))).isEmpty();
      server.accept(events.get(judged));
      assertThat(names(parts(server, version))).containsExactly("mistakes");
      server.end(State.STOPPED, "stopped at step 19");
      JsonNode last = parts(server, version);
      assertThat(names(last)).containsExactly("now", "mistakes");
      assertThat(last.get("ended").asBoolean()).isTrue();
      assertThat(last.get("parts").get("now").asString()).contains("stopped at step 19");
      String restarted = version.replaceFirst("^.", version.startsWith("0") ? "1" : "0");
      assertThat(names(parts(server, restarted))).hasSize(4);
    }
  }

  private static List<String> names(JsonNode answer) {
    return List.copyOf(answer.get("parts").propertyNames());
  }

  @Test
  void begins_a_resumed_run_with_the_epochs_before_it() throws IOException {
    try (LiveServer server = after(List.of(run.resumed()))) {
      assertThat(points(get(server, "/"))).containsExactly(10, 10, 10, 10, 10);
    }
  }

  @Test
  void keeps_a_curve_of_any_number_of_steps_short() throws IOException {
    Event.Step first = run.last(Event.Step.class);
    try (LiveServer server = after(List.of(run.events().get(0)))) {
      for (int step = 1; step <= 64_000; step++) {
        server.accept(
            new Event.Step(1, 1, step, 64_000, step / 64_000.0, 0.5, first.rate(), 100, 1));
      }
      List<Integer> points = points(get(server, "/"));
      assertThat(points).hasSize(3);
      assertThat(points.get(0)).isBetween(64, 128);
    }
  }

  @Test
  void takes_means_over_neighbours() {
    Means means = new Means();
    for (int step = 1; step <= 130; step++) {
      means.add(new Event.Step(1, 1, step, 130, step, 0.25, step, 1, 1));
    }
    assertThat(means.stride()).isEqualTo(2);
    assertThat(means.points()).hasSize(65);
    assertThat(means.points().get(0)).isEqualTo(new Means.Mean(2, 1.5, 0.75, 2));
    assertThat(means.points().get(64)).isEqualTo(new Means.Mean(130, 129.5, 0.75, 130));
  }

  @Test
  void takes_events_while_every_client_it_answers_hangs() throws IOException {
    List<Socket> hanging = new ArrayList<>();
    try (LiveServer server = after(run.events().subList(0, 1))) {
      for (int i = 0; i < 100; i++) {
        Socket socket = connect(server);
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHo".getBytes(UTF_8));
        hanging.add(socket);
      }
      run.events().forEach(server);
    } finally {
      for (Socket socket : hanging) {
        socket.close();
      }
    }
  }

  @Test
  void names_a_port_that_is_taken_or_none() {
    try (LiveServer server = LiveServer.open(0)) {
      int port = server.address().getPort();
      assertThatThrownBy(() -> LiveServer.open(port))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("port " + port + " of 127.0.0.1 cannot be opened")
          .hasMessageContaining("give another");
    }
    assertThatThrownBy(() -> LiveServer.open(65_536))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("port 65536: must be 0");
  }

  @Test
  void a_browser_shows_curves_and_images_that_came_after_it_opened_the_page() throws Exception {
    Optional<Path> browser = browser();
    assumeTrue(browser.isPresent(), "no chromium on the PATH: the page is not tried in a browser");
    Path dom = folder.resolve("dom.html");
    List<Event> events = run.events();
    try (LiveServer server = after(events.subList(0, 1))) {
      Process process =
          new ProcessBuilder(
                  browser.get().toString(),
                  "--headless",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--user-data-dir=" + folder.resolve("profile"),
                  "--virtual-time-budget=120000", // Of its clock, which runs when it is idle.
                  "--dump-dom",
                  server.address().toString())
              .redirectOutput(dom.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        while (process.isAlive() && !server.watched()) {
          TimeUnit.MILLISECONDS.sleep(1);
        }
        events.subList(1, events.size()).forEach(server);
        server.end(State.FINISHED, "finished: 42 % of the test images");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      } finally {
        process.destroyForcibly();
      }
    }
    String page = Files.readString(dom);
    assertThat(page).contains("finished: 42 % of the test images", "<dd>20 of 20</dd>");
    assertThat(points(page)).containsExactly(20, 10, 20, 10, 20);
    assertThat(count(page, "<img src=\"data:image/png;base64,"))
        .isEqualTo(run.last(Event.Judged.class).evaluation().worst().size());
    assertThat(page).contains("role=\"alert\" hidden=\"\"");
    for (Event.Branches.Ratio ratio : run.last(Event.Branches.class).ratios()) {
      assertThat(page).contains("<b>" + ratio.block() + "</b>");
    }
  }

  private static Optional<Path> browser() {
    Map<String, String> environment = System.getenv();
    return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
