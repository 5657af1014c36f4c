package org.resnet4j.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.provider.Arguments;

/** All hostile files in one list, for what looks at every one of them. */
final class HostileFiles {
  /**
   * A file and what it is about.
   *
   * @param part the part of the reader that it attacks
   */
  record Case(String part, String name, byte[] content) {}

  private HostileFiles() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    add(cases, "safetensors", SafetensorsCorpusTest.refusals());
    add(cases, "safetensors", SafetensorsCorpusTest.accepts());
    add(cases, "pickle", PickleCorpusTest.refusals());
    add(cases, "pickle", PickleCorpusTest.accepts());
    add(cases, "zip", ZipCorpusTest.refusals());
    add(cases, "zip", ZipCorpusTest.accepts());
    add(cases, "kind", FileKindTest.refusals());
    return cases;
  }

  private static void add(List<Case> cases, String part, Stream<Arguments> corpus) {
    corpus.forEach(
        arguments -> {
          Named<?> named = (Named<?>) arguments.get()[0];
          cases.add(new Case(part, named.getName(), (byte[]) named.getPayload()));
        });
  }

  static String outcome(Case hostile, Path folder) throws IOException {
    Path file = Files.write(folder.resolve("file"), hostile.content());
    return hostile.part().equals("safetensors") ? safetensors(file) : outcome(file);
  }

  /** What {@link Weights#load} makes of a file. */
  static String outcome(Path file) {
    try {
      return tensors(Weights.load(file).entries().size());
    } catch (WeightsException e) {
      return e.reason();
    }
  }

  private static String safetensors(Path file) {
    try {
      return tensors(Safetensors.read(file).entries().size());
    } catch (WeightsException e) {
      return e.reason();
    }
  }

  private static String tensors(int count) {
    return "read: %d tensor%s".formatted(count, count == 1 ? "" : "s");
  }
}
