package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Safetensors files that carry a checksum of themselves, so that no change to one goes unnoticed.
 *
 * <p>The metadata hold, as {@code sha256}, the SHA-256 of the whole file with zeros in the place of
 * these 64 digits. Any reader of safetensors opens such a file.
 */
public final class SealedSafetensors {
  private static final String KEY = "sha256";
  private static final String BLANK = "0".repeat(64);
  private static final Pattern SEAL = Pattern.compile("\"" + KEY + "\":\"([0-9a-f]{64})\"");
  private static final int CHUNK = 1 << 20;

  private SealedSafetensors() {}

  /**
   * Writes a file as {@link Safetensors#write} does, with its checksum.
   *
   * @throws IOException if it cannot be written; the file is then as it was
   */
  public static void write(Path file, Collection<TensorEntry> entries, Map<String, String> metadata)
      throws IOException {
    List<TensorEntry> sorted = Safetensors.sorted(entries);
    Map<String, String> sealed = new LinkedHashMap<>(metadata);
    sealed.put(KEY, BLANK);
    MessageDigest digest = sha256();
    digest.update(Safetensors.header(sorted, sealed));
    for (TensorEntry entry : sorted) {
      digest.update(entry.data());
    }
    sealed.put(KEY, HexFormat.of().formatHex(digest.digest()));
    Safetensors.write(file, entries, sealed);
  }

  /**
   * Reads a whole file into the heap.
   *
   * @throws WeightsException if it is missing, or not to the last bit what was written
   */
  public static Safetensors read(Path file) {
    return FileBytes.with(
        file,
        bytes -> {
          check(bytes);
          return Safetensors.read(bytes);
        });
  }

  /**
   * Reads a file and keeps nothing.
   *
   * @throws WeightsException if it is missing, or not to the last bit what was written
   */
  public static void check(Path file) {
    FileBytes.with(
        file,
        bytes -> {
          check(bytes);
          return bytes.size();
        });
  }

  private static void check(FileBytes bytes) throws IOException {
    long length = Safetensors.headerLength(bytes);
    String header = ISO_8859_1.decode(bytes.read(Long.BYTES, (int) length)).toString();
    Matcher seal = SEAL.matcher(header);
    if (!seal.find()) {
      throw bytes.fault("it carries no checksum: it was damaged, or another program wrote it");
    }
    String blank = header.substring(0, seal.start(1)) + BLANK + header.substring(seal.end(1));
    MessageDigest digest = sha256();
    ByteBuffer size = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    digest.update(size.putLong(length).flip());
    digest.update(blank.getBytes(ISO_8859_1));
    long data = Long.BYTES + length;
    try (InputStream rest = bytes.stream(data, bytes.size() - data)) {
      byte[] chunk = new byte[CHUNK];
      for (int count = rest.read(chunk); count >= 0; count = rest.read(chunk)) {
        digest.update(chunk, 0, count);
      }
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(seal.group(1))) {
      throw bytes.fault("its SHA-256 is not the one it was written with: it was damaged since");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
