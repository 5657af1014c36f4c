package org.resnet4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;

/** Reads files that should be refused, in a process of its own with a small heap. */
final class Mutants {
  private static final long[] EXTREMES = {
    0, 1, -1, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL, Long.MAX_VALUE
  };

  private static final String PICKLE =
      Pickles.START
          + Pickles.ORDERED_DICT
          + ")Rq\0("
          + Pickles.text("a")
          + Pickles.TENSOR
          + "q\1"
          + Pickles.text("b")
          + "h\1"
          + Pickles.text("c")
          + "](K\1M\2\3J\4\5\6\7G\0\0\0\0\0\0\0\0U\3xyze"
          + "u}"
          + Pickles.text("_metadata")
          + "h\0sb.";

  private Mutants() {}

  /**
   * Reads all files of a folder, or mutants of some: {@code all FOLDER}, {@code mutants COUNT
   * FOLDER FILE...}. Prints how many were refused; anything but a refusal ends the process.
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[arguments[0].equals("all") ? 1 : 2]);
    if (arguments[0].equals("all")) {
      System.out.println(readAll(folder));
    }
    for (int i = 3; i < arguments.length; i++) {
      byte[] good = Files.readAllBytes(Path.of(arguments[i]));
      System.out.println(readMutants(good, Integer.parseInt(arguments[1]), folder));
    }
  }

  private static int readAll(Path folder) throws IOException {
    int refused = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        refused += refused(file) ? 1 : 0;
      }
    }
    return refused;
  }

  private static int readMutants(byte[] good, int count, Path folder) throws IOException {
    Path file = folder.resolve("mutant");
    int refused = 0;
    for (int seed = 0; seed < count; seed++) {
      Files.write(file, mutant(good, new Random(seed)));
      try {
        refused += refused(file) ? 1 : 0;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    return refused;
  }

  private static boolean refused(Path file) {
    try {
      Weights.load(file);
      return false;
    } catch (WeightsException e) {
      return true;
    }
  }

  /** One to four changes; those to an archive's pickle are often made before it is packed. */
  static byte[] mutant(byte[] good, Random random) {
    boolean packed = good[0] == 'P' && random.nextInt(4) > 0;
    byte[] bytes = packed ? Pickles.bytes(PICKLE) : good.clone();
    for (int changes = random.nextInt(4); changes >= 0; changes--) {
      bytes = changed(bytes, random);
    }
    return packed
        ? Pickles.zip(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1))
        : bytes;
  }

  private static byte[] changed(byte[] bytes, Random random) {
    if (bytes.length < 16) {
      return bytes;
    }
    int at = random.nextInt(bytes.length - 8);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long extreme = EXTREMES[random.nextInt(EXTREMES.length)];
    switch (random.nextInt(8)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> buffer.putShort(at, (short) extreme);
      case 3 -> buffer.putInt(at, (int) extreme);
      case 4 -> buffer.putLong(at, extreme);
      case 5 -> {
        return random.nextInt(4) > 0 ? bytes : Arrays.copyOf(bytes, at);
      }
      default -> {
        int from = random.nextInt(bytes.length);
        int length = random.nextInt(Math.min(64, bytes.length - Math.max(at, from)));
        System.arraycopy(bytes.clone(), from, bytes, at, length);
      }
    }
    return bytes;
  }
}
