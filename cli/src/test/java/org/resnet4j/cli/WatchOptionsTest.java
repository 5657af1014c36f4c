package org.resnet4j.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchOptionsTest {
  private static final Pattern ADDRESS = Pattern.compile("live page (http://127.0.0.1:\\d+/)\n");

  @TempDir private Path folder;
  private Path data;
  private Path run;

  @BeforeEach
  void draw_images() throws IOException {
    data = ColouredSquares.draw(folder.resolve("squares"), 3);
    run = folder.resolve("run");
  }

  private String[] train(String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("train", "--data", data.toString(), "--model", "resnet8"));
    arguments.addAll(List.of("--out", run.toString(), "--set", "epochs=0"));
    arguments.addAll(List.of("--set", "iterations=6", "--set", "batch=10"));
    arguments.addAll(List.of("--set", "precision=fp32", "--set", "device=cpu"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private static String page(String err) throws IOException {
    Matcher line = ADDRESS.matcher(err);
    assertThat(line.find()).as(err).isTrue();
    try (InputStream in = URI.create(line.group(1)).toURL().openStream()) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  /** Runs in this process; the page is read when a line of the console says so. */
  private String pageWhen(String said, String... arguments) {
    AtomicReference<String> page = new AtomicReference<>("");
    StringWriter written = new StringWriter();
    PrintWriter err =
        new PrintWriter(written, true) {
          @Override
          public void println(String line) {
            super.println(line);
            if (line.contains(said)) {
              try {
                page.set(page(written.toString()));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            }
          }
        };
    int status = Main.commandLine(new PrintWriter(new StringWriter()), err).execute(arguments);
    assertThat(status).as(written.toString()).isZero();
    return page.get();
  }

  @Test
  void live_prints_the_address_of_a_page_that_shows_the_run() {
    assertThat(pageWhen("epoch 2/2", train("--live")))
        .contains("resnet8 on squares", "<dd>2 of 2</dd>", run.toString())
        .contains("After epoch 2, ");
  }

  @Test
  void live_shows_the_epochs_before_a_run_was_resumed() {
    pageWhen("epoch 2/2", train("--live"));
    String resumed =
        pageWhen("goes on after step 6", "train", "--resume", run.toString(), "--live");
    assertThat(resumed).contains("resnet8 on squares", "Loss of training and test by step");
  }

  @Test
  void live_takes_the_port_it_is_given_and_refuses_one_that_is_taken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      StringWriter err = new StringWriter();
      int status =
          Main.commandLine(new PrintWriter(new StringWriter()), new PrintWriter(err, true))
              .execute(train("--live", port));
      assertThat(status).isEqualTo(ExitCodes.USAGE);
      assertThat(err.toString()).contains("port " + port + " of 127.0.0.1 cannot be opened");
      assertThat(run).doesNotExist();
    }
  }

  @Test
  void a_password_for_mlflow_is_in_no_file_and_on_no_line() throws Exception {
    String nobody = "http://me:s3cret@127.0.0.1:9/";
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Main.commandLine(new PrintWriter(out, true), new PrintWriter(err, true))
            .execute(train("--mlflow", nobody));
    assertThat(status).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains("note: MLflow at http://127.0.0.1:9 does not take the run")
        .contains("note: MLflow at http://127.0.0.1:9 misses ")
        .doesNotContain("s3cret");
    assertThat(out.toString()).doesNotContain("s3cret");
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, ISO_8859_1)).as(file.toString()).doesNotContain("s3cret");
      }
    }
    assertThat(Files.readString(run.resolve("run.json"))).contains("--mlflow http://127.0.0.1:9/");
  }

  @Test
  void an_address_that_is_none_is_a_mistake_of_the_caller() {
    StringWriter err = new StringWriter();
    int status =
        Main.commandLine(new PrintWriter(new StringWriter()), new PrintWriter(err, true))
            .execute(train("--mlflow", "ftp://me:s3cret@host"));
    assertThat(status).isEqualTo(ExitCodes.USAGE);
    assertThat(err.toString()).contains("MLflow at ftp://host: must be").doesNotContain("s3cret");
    assertThat(run).doesNotExist();
  }
}
