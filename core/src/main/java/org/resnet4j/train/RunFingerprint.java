package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntry;

/**
 * What a finished run learned, as SHA-256 of each tensor and of its metrics; how long it took is no
 * part of that.
 *
 * @param step the last one
 * @param parts by name, each the SHA-256 of the tensors or files that it consists of
 */
record RunFingerprint(long step, Map<String, SortedMap<String, String>> parts) {
  private static final String WEIGHTS = "weights";
  private static final String AVERAGES = "averaged weights";
  private static final String OPTIMIZER = "optimizer";
  private static final String METRICS = "metrics.csv";

  /**
   * Reads what a run left.
   *
   * @throws RunException if it has no checkpoint
   * @throws org.resnet4j.weights.WeightsException if a file of tensors cannot be read
   */
  static RunFingerprint of(Path run) throws IOException {
    RunFolder folder = new RunFolder(run);
    Path last =
        Checkpoints.newest(folder.checkpoints())
            .orElseThrow(() -> RunException.unusable(run + ": has no checkpoint", null));
    Map<String, SortedMap<String, String>> parts = new LinkedHashMap<>();
    add(parts, WEIGHTS, folder.model().resolve("model.safetensors"), run, "");
    add(parts, WEIGHTS, last, run, "model/");
    add(parts, AVERAGES, folder.averagedModel().resolve("model.safetensors"), run, "");
    add(parts, AVERAGES, last, run, "average/");
    add(parts, OPTIMIZER, last, run, "optimizer/");
    String metrics = sha256(ByteBuffer.wrap(Files.readAllBytes(folder.metrics())));
    parts.put(METRICS, new TreeMap<>(Map.of(METRICS, metrics)));
    return new RunFingerprint(Checkpoints.step(last), parts);
  }

  /** Adds the tensors whose names begin so, of a file that need not be there. */
  private static void add(
      Map<String, SortedMap<String, String>> parts,
      String part,
      Path file,
      Path run,
      String prefix) {
    if (!Files.exists(file)) {
      return;
    }
    for (TensorEntry entry : Safetensors.read(file).entries()) {
      if (entry.name().startsWith(prefix)) {
        String kind = "%s %s".formatted(entry.dtype(), entry.shape());
        parts
            .computeIfAbsent(part, name -> new TreeMap<>())
            .put(
                "%s: %s".formatted(run.relativize(file), entry.name()),
                sha256(ByteBuffer.wrap(kind.getBytes(UTF_8)), entry.data()));
      }
    }
  }

  /** What this run left beside what another did, part by part. */
  List<ResumeTrial.Part> beside(RunFingerprint other) {
    List<ResumeTrial.Part> both = new ArrayList<>();
    for (String name : List.of(WEIGHTS, AVERAGES, OPTIMIZER, METRICS)) {
      SortedMap<String, String> mine = parts.getOrDefault(name, new TreeMap<>());
      SortedMap<String, String> others = other.parts.getOrDefault(name, new TreeMap<>());
      if (!mine.isEmpty() || !others.isEmpty()) {
        both.add(new ResumeTrial.Part(name, sum(mine), sum(others), difference(mine, others)));
      }
    }
    return both;
  }

  private static Optional<String> difference(
      SortedMap<String, String> mine, SortedMap<String, String> others) {
    SortedMap<String, String> all = new TreeMap<>(mine);
    all.putAll(others);
    return all.keySet().stream()
        .filter(name -> !mine.getOrDefault(name, "").equals(others.getOrDefault(name, "")))
        .findFirst();
  }

  /** Of one thing its own, so that it can be held against what {@code sha256sum} says. */
  private static String sum(SortedMap<String, String> things) {
    return things.size() == 1
        ? List.copyOf(things.values()).get(0)
        : sha256(ByteBuffer.wrap(things.toString().getBytes(UTF_8)));
  }

  private static String sha256(ByteBuffer... bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (ByteBuffer some : bytes) {
        digest.update(some);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
