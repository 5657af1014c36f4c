package org.resnet4j.study;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.resnet4j.data.Dataset;
import org.resnet4j.train.RunException;

/**
 * What a study looks at, so that one that goes on notices if that has changed since.
 *
 * @param model SHA-256 of the model's configuration and weights
 * @param data SHA-256 of the classes and of every label
 */
record Fingerprint(String model, String data) {
  private static final String KEY = "fingerprint";

  /**
   * Remembers model and data, or holds them against what is remembered.
   *
   * @throws RunException if they are not what the study began with
   */
  static void require(StudyFolder folder, Path model, List<Dataset> sets) {
    Fingerprint now = new Fingerprint(ofModel(model), ofData(sets));
    folder
        .result(KEY, Fingerprint.class)
        .map(StudyFolder.Result::value)
        .ifPresentOrElse(
            before -> now.requireSame(before, folder.path(), model),
            () -> folder.keep(KEY, now, 0));
  }

  private void requireSame(Fingerprint before, Path study, Path path) {
    if (!equals(before)) {
      String what = model.equals(before.model()) ? "the data have" : "the model " + path + " has";
      throw RunException.unusable(
          "%s: %s changed since the study began; start a new one".formatted(study, what), null);
    }
  }

  private static String ofModel(Path folder) {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    for (String name : List.of("config.json", "model.safetensors")) {
      Path file = folder.resolve(name);
      if (!Files.isRegularFile(file)) {
        continue; // Weights of other formats are told apart by the configuration alone.
      }
      try (InputStream in = Files.newInputStream(file)) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          digest.update(buffer, 0, read);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String ofData(List<Dataset> sets) {
    MessageDigest digest = sha256();
    for (Dataset images : sets) {
      digest.update(images.classes().toString().getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < images.size(); i++) {
        int label = images.label(i);
        digest.update((byte) label);
        digest.update((byte) (label >> 8));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has it", e);
    }
  }
}
