package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a tree that looks built, with a java and a mvn that only say how they began. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "resnet4j");
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "dirname",
          "find",
          "flock",
          "head",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sync",
          "uname");
  private static final String JAVA_17 = "17.0.15";

  @TempDir private Path temporary;
  private Path root;
  private Path tools;

  @BeforeEach
  void lay_out_a_built_tree() throws IOException {
    root = Files.createDirectories(temporary.toRealPath().resolve("a tree"));
    tools = Files.createDirectories(temporary.resolve("bin"));
    for (String tool : TOOLS) {
      Path found =
          Files.exists(Path.of("/bin", tool)) ? Path.of("/bin", tool) : Path.of("/usr/bin", tool);
      Files.createSymbolicLink(tools.resolve(tool), found);
    }
    Files.copy(SCRIPT, root.resolve("resnet4j"));
    write("pom.xml", "");
    write("core/src/main/A.java", "");
    write("cli/src/main/B.java", "");
    write("core/pom.xml", "");
    write("cli/pom.xml", "");
    write("core/target/resnet4j-core-1.jar", "");
    write("cli/target/resnet4j-cli-1.jar", "");
    write("cli/target/class-path", "/libraries/some.jar");
    write("bench/src/main/C.java", "");
    write("bench/pom.xml", "");
    write("bench/target/resnet4j-bench-1.jar", "");
    write("bench/target/class-path", "/libraries/peer.jar");
    write("cli/target/launcher-stamp", root.toString());
    date("cli/target/launcher-stamp", Instant.now().plusSeconds(60));
  }

  private void write(String path, String text) throws IOException {
    Files.createDirectories(root.resolve(path).getParent());
    Files.writeString(root.resolve(path), text);
  }

  private void date(String path, Instant time) throws IOException {
    Files.setLastModifiedTime(root.resolve(path), FileTime.from(time));
  }

  private void program(String name, String body) throws IOException {
    Files.deleteIfExists(tools.resolve(name));
    Path file = Files.writeString(tools.resolve(name), "#!" + tools.resolve("bash") + "\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void java(String version) throws IOException {
    java(version, "");
  }

  /** A java that does something else before it archives classes. */
  private void java(String version, String rehearsal) throws IOException {
    program(
        "java",
        """
        if [ "$1" = -version ]; then echo 'openjdk version "%s" 2025-04-15' >&2; exit; fi
        for option in "$@"; do
          case $option in
            -XX:ArchiveClassesAtExit=*)
              echo "threads=$RESNET4J_THREADS" >>"%s"
              %s
              echo classes >"${option#*=}"
              echo noise
              exit
              ;;
          esac
        done
        printf '%%s\\n' "$@"
        printf '%%s\\n' "$CLASSPATH"
        echo "command=$RESNET4J_COMMAND tty=$RESNET4J_TTY"
        echo "malloc=$MALLOC_TOP_PAD_ blas=$OPENBLAS_NUM_THREADS openmp=$OMP_NUM_THREADS spin=$GOMP_SPINCOUNT"
        """
            .formatted(version, temporary.resolve("rehearsals"), rehearsal));
  }

  private record Result(int status, String out, String err) {}

  private Result launch(Path script, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    int status = process(script, environment, "its", arguments).start().waitFor();
    return new Result(
        status,
        Files.readString(temporary.resolve("its.out")),
        Files.readString(temporary.resolve("its.err")));
  }

  private ProcessBuilder process(
      Path script, Map<String, String> environment, String name, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(tools.resolve("bash").toString()));
    command.add(script.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Files.createDirectories(temporary.resolve("else where")).toFile())
            .redirectOutput(temporary.resolve(name + ".out").toFile())
            .redirectError(temporary.resolve(name + ".err").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    builder.environment().putAll(environment);
    return builder;
  }

  private List<String> rehearsals() throws IOException {
    return Files.readAllLines(temporary.resolve("rehearsals"));
  }

  private Path archive(String version) {
    return root.resolve("cli/target/classes-" + version + ".jsa");
  }

  private Result launch(String... arguments) throws IOException, InterruptedException {
    return launch(root.resolve("resnet4j"), Map.of(), arguments);
  }

  @Test
  void says_that_java_is_missing() throws Exception {
    Result result = launch("models");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("resnet4j: java is missing; install a JDK 17 or newer, or set JAVA_HOME\n");
  }

  @Test
  void says_that_java_home_is_wrong() throws Exception {
    Result result = launch(root.resolve("resnet4j"), Map.of("JAVA_HOME", "/nowhere"), "models");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).startsWith("resnet4j: JAVA_HOME is /nowhere but has no bin/java");
  }

  @Test
  void says_that_java_is_too_old() throws Exception {
    java("1.8.0_392");
    Result result = launch("models");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("is Java 1.8.0_392; install a JDK 17 or newer");
  }

  @Test
  void runs_what_is_built_without_maven() throws Exception {
    java(JAVA_17);
    Result result = launch("predict", "my model", "");
    assertThat(result.status()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0\n", "-XX:+UseSerialGC\n")
        .contains(root.resolve("cli/target/resnet4j-cli-1.jar") + ":/libraries/some.jar\n")
        .contains("org.resnet4j.cli.Main\npredict\nmy model\n\n")
        .contains("command='" + root.resolve("resnet4j") + "' tty=0")
        .doesNotContain("--enable-native-access");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bench", "help", "completion", "--help"})
  void starts_the_module_with_peers_for_commands_that_know_of_it(String command) throws Exception {
    java(JAVA_17);
    assertThat(launch(command).out())
        .contains(root.resolve("bench/target/resnet4j-bench-1.jar") + ":/libraries/peer.jar\n")
        .contains("org.resnet4j.bench.Main\n" + command + "\n");
  }

  @Test
  void runs_through_a_symbolic_link() throws Exception {
    java(JAVA_17);
    Path link = Files.createSymbolicLink(temporary.resolve("link"), Path.of("a tree/resnet4j"));
    Result result = launch(link, Map.of(), "models");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains(root.resolve("cli/target/resnet4j-cli-1.jar").toString());
  }

  @Test
  void opens_native_access_where_java_asks_for_it() throws Exception {
    java("22");
    assertThat(launch("models").out()).contains("--enable-native-access=ALL-UNNAMED\n");
  }

  @Test
  void passes_more_options_to_java() throws Exception {
    java(JAVA_17);
    Map<String, String> options = Map.of("RESNET4J_JAVA_OPTS", "-Xmx8g -Da=b");
    assertThat(launch(root.resolve("resnet4j"), options, "models").out())
        .containsSubsequence("-Xshare:auto\n", "-Xmx8g\n-Da=b\n", "Main\n");
  }

  @Test
  void leaves_what_the_user_set_in_the_environment() throws Exception {
    java(JAVA_17);
    program("uname", "echo Linux");
    Result result = launch(root.resolve("resnet4j"), Map.of("MALLOC_TOP_PAD_", "7"), "models");
    assertThat(result.out()).contains("malloc=7 blas=1");
  }

  @Test
  void says_that_maven_is_missing_when_sources_changed() throws Exception {
    java(JAVA_17);
    date("core/src/main/A.java", Instant.now().plusSeconds(120));
    Result result = launch("models");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("resnet4j: mvn is missing and needed to build; install Maven 3.8 or newer\n");
  }

  @Test
  void builds_once_on_first_use() throws Exception {
    java(JAVA_17);
    program("mvn", "echo noise; echo \"$PWD: $*\" >>../mvn-calls");
    Files.delete(root.resolve("cli/target/launcher-stamp"));
    for (String source : List.of("pom.xml", "core/pom.xml", "cli/pom.xml", "core/src/main")) {
      date(source, Instant.now().minusSeconds(60));
    }
    Result first = launch("models");
    assertThat(first.err()).isEqualTo("building resnet4j (first use)...\n");
    assertThat(first.out()).doesNotContain("noise").contains("org.resnet4j.cli.Main\nmodels\n");
    assertThat(launch("models").err()).isEmpty();
    assertThat(Files.readString(temporary.resolve("mvn-calls")))
        .isEqualTo(root + ": -q -B -DskipTests package\n");
  }

  @Test
  void builds_again_in_a_tree_that_was_moved() throws Exception {
    java(JAVA_17);
    program("mvn", "");
    write("cli/target/launcher-stamp", "/where/it/was");
    assertThat(launch("models").err()).isEqualTo("building resnet4j (sources changed)...\n");
  }

  @Test
  void shows_what_maven_says_when_the_build_fails() throws Exception {
    java(JAVA_17);
    program("mvn", "echo 'no such symbol'; exit 1");
    Files.delete(root.resolve("cli/target/launcher-stamp"));
    Result result = launch("models");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("no such symbol\nresnet4j: the build failed");
    assertThat(root.resolve("cli/target/launcher-stamp")).doesNotExist();
  }

  @Test
  void archives_classes_once_and_starts_with_them() throws Exception {
    java(JAVA_17);
    for (int start = 0; start < 2; start++) {
      Result result = launch("predict", "model", "image");
      assertThat(result.status()).isZero();
      assertThat(result.err()).isEmpty();
      assertThat(result.out())
          .contains("-XX:SharedArchiveFile=" + archive(JAVA_17) + "\n")
          .doesNotContain("noise");
    }
    assertThat(rehearsals()).hasSize(1);
    assertThat(archive(JAVA_17)).hasContent("classes\n");
    assertThat(root.resolve("cli/target")).isDirectoryNotContaining("glob:**rehearsal*");
  }

  @Test
  void archives_the_classes_of_each_jdk_for_itself() throws Exception {
    java(JAVA_17);
    launch("models");
    java("21.0.2");
    assertThat(launch("models").out())
        .contains("-XX:SharedArchiveFile=" + archive("21.0.2") + "\n");
    assertThat(archive(JAVA_17)).exists();
    assertThat(rehearsals()).hasSize(2);
  }

  @Test
  void archives_classes_again_after_a_build() throws Exception {
    java(JAVA_17);
    launch("models");
    date("cli/target/classes-17.0.15.jsa", Instant.now().minusSeconds(60));
    launch("models");
    launch("models");
    assertThat(rehearsals()).hasSize(2);
  }

  @Test
  void starts_without_an_archive_that_cannot_be_made_and_does_not_try_again() throws Exception {
    java(JAVA_17, "echo trouble >&2; exit 1");
    for (int start = 0; start < 2; start++) {
      Result result = launch("models");
      assertThat(result.status()).isZero();
      assertThat(result.err()).isEmpty();
      assertThat(result.out()).contains("Main\nmodels\n").doesNotContain("SharedArchiveFile");
    }
    assertThat(rehearsals()).hasSize(1);
    assertThat(archive(JAVA_17)).isEmptyFile();
  }

  @Test
  void two_starts_at_once_leave_one_whole_archive() throws Exception {
    // Each rehearsal waits for the other to begin, but not for ever.
    Path log = temporary.resolve("rehearsals");
    java(
        JAVA_17,
        "for i in {1..9999}; do [[ \"$(cat '%s')\" != *threads*threads* ]] || break; done"
            .formatted(log));
    Process first = process(root.resolve("resnet4j"), Map.of(), "first", "models").start();
    Process second = process(root.resolve("resnet4j"), Map.of(), "second", "models").start();
    assertThat(first.waitFor()).isZero();
    assertThat(second.waitFor()).isZero();
    for (String name : List.of("first", "second")) {
      assertThat(temporary.resolve(name + ".err")).isEmptyFile();
      assertThat(temporary.resolve(name + ".out"))
          .content()
          .contains("-XX:SharedArchiveFile=" + archive(JAVA_17) + "\n");
    }
    assertThat(rehearsals()).hasSize(2);
    assertThat(archive(JAVA_17)).hasContent("classes\n");
    assertThat(root.resolve("cli/target")).isDirectoryNotContaining("glob:**rehearsal*");
  }

  @Test
  void rehearses_without_what_the_user_set() throws Exception {
    java(JAVA_17);
    launch(root.resolve("resnet4j"), Map.of("RESNET4J_THREADS", "many"), "models");
    assertThat(rehearsals()).containsExactly("threads=");
  }

  @Test
  void tunes_short_commands_for_their_start() throws Exception {
    java(JAVA_17);
    assertThat(launch("predict", "model", "image").out())
        .contains("-XX:Tier4BackEdgeThreshold=400000\n", "-Xms64m\n");
    for (String command : List.of("train", "evaluate")) {
      assertThat(launch(command, "model").out()).doesNotContain("-XX:Tier4", "-Xms");
    }
  }

  @Test
  void lets_waiting_threads_sleep_soon_except_in_training() throws Exception {
    java(JAVA_17);
    assertThat(launch("predict", "model", "image").out()).contains(" spin=10000\n");
    assertThat(launch("evaluate", "model").out()).contains(" spin=10000\n");
    assertThat(launch("train").out()).contains(" spin=\n");
    Path script = root.resolve("resnet4j");
    assertThat(launch(script, Map.of("GOMP_SPINCOUNT", "5"), "models").out()).contains(" spin=5\n");
    assertThat(launch(script, Map.of("OMP_WAIT_POLICY", "active"), "models").out())
        .contains(" spin=\n");
  }

  @Test
  void leaves_the_heap_to_a_user_who_sets_it() throws Exception {
    java(JAVA_17);
    Map<String, String> options = Map.of("RESNET4J_JAVA_OPTS", "-Xmx40m");
    assertThat(launch(root.resolve("resnet4j"), options, "models").out())
        .contains("-Xmx40m\n")
        .doesNotContain("-Xms");
  }

  @ParameterizedTest
  @CsvSource({"3, '', 3", "3, 2, 2", "many, '', ''", "'', '', ''", "'', 2, 2"})
  void tells_openmp_how_many_threads_the_user_wishes(String wish, String set, String told)
      throws Exception {
    java(JAVA_17);
    program("uname", "echo Linux");
    Map<String, String> variables = new HashMap<>();
    variables.put("RESNET4J_THREADS", wish);
    if (!set.isEmpty()) {
      variables.put("OMP_NUM_THREADS", set);
    }
    assertThat(launch(root.resolve("resnet4j"), variables, "models").out())
        .contains(" openmp=" + told + " ");
  }

  @Test
  void reads_the_version_of_a_jdk_that_has_it_in_a_file() throws Exception {
    java("should not be asked");
    Files.writeString(temporary.resolve("release"), "A=\"b\"\nJAVA_VERSION=\"23.0.1\"\nC=\"d\"\n");
    Map<String, String> home = Map.of("JAVA_HOME", temporary.toString());
    assertThat(launch(root.resolve("resnet4j"), home, "models").out())
        .contains("--enable-native-access=ALL-UNNAMED\n", archive("23.0.1") + "\n");
  }
}
