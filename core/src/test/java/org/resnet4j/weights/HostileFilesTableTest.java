package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that says what becomes of every hostile file. */
class HostileFilesTableTest {
  private static final Path PAGE = Path.of("../docs/hostile-files.md");
  private static final String INTRODUCTION =
      """
      # Hostile files

      What `Weights.load` and `Safetensors.read` make of the files in `SafetensorsCorpusTest`, `PickleCorpusTest`, `ZipCorpusTest`,
      `FileKindTest` and `DangerousGlobalsTest`. Every refusal starts with the file's name. Written from the tests:
      `mvn -pl core test -Dtest=HostileFilesTableTest -Dresnet4j.table=write`; the build fails when it is not current.

      | part | file | outcome |
      |---|---|---|
      """;

  @TempDir private Path folder;

  @Test
  void is_current() throws IOException {
    String page = page();
    if ("write".equals(System.getProperty("resnet4j.table"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  private String page() throws IOException {
    StringBuilder page = new StringBuilder(INTRODUCTION);
    for (HostileFiles.Case hostile : HostileFiles.all()) {
      row(page, hostile.part(), hostile.name(), HostileFiles.outcome(hostile, folder));
    }
    row(page, "operations", "each of 256 bytes as an operation", operations());
    for (String carrier : DangerousGlobalsTest.CARRIERS.keySet()) {
      row(
          page,
          "globals",
          DangerousGlobalsTest.NAMES.size() + " names in " + carrier,
          globals(carrier));
    }
    return page.toString();
  }

  private String operations() throws IOException {
    int refused = 0;
    for (int operation = 0; operation < 256; operation++) {
      byte[] zip = Pickles.zip(Pickles.START + (char) operation + "\0".repeat(8));
      Path file = Files.write(folder.resolve("file"), zip);
      String refusal = "is 0x%02x, which no weights need".formatted(operation);
      refused += HostileFiles.outcome(file).contains(refusal) ? 1 : 0;
    }
    return "%d refused as operations that weights do not need".formatted(refused);
  }

  /** The refusals of all names, those of one kind together. */
  private String globals(String carrier) throws IOException {
    Set<String> outcomes = new TreeSet<>();
    for (String name : DangerousGlobalsTest.NAMES) {
      byte[] zip = DangerousGlobalsTest.file(carrier, name, "touch canary");
      String outcome = HostileFiles.outcome(Files.write(folder.resolve("file"), zip));
      outcomes.add(
          outcome
              .replaceFirst("at byte \\d+", "at a byte")
              .replaceFirst("\"[^\"]*\"(?=, which)", "the name")
              .replaceFirst("; nothing was run.*", ""));
    }
    return "refused: " + String.join("; or ", outcomes);
  }

  private static void row(StringBuilder page, String part, String name, String outcome) {
    page.append("| %s | %s | %s |\n".formatted(part, cell(name), cell(outcome)));
  }

  private static String cell(String text) {
    // Jackson counts whole buffers, whose lengths depend on what it read before.
    return text.replaceFirst("(String value length) \\(\\d+\\)", "$1")
        .replaceAll("\\p{Cntrl}", "?")
        .replace("|", "\\|")
        .replace("<", "&lt;");
  }
}
