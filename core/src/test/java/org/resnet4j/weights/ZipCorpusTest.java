package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.resnet4j.weights.Pickles.TENSOR;
import static org.resnet4j.weights.Pickles.contents;
import static org.resnet4j.weights.Pickles.dict;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Zip archives that two programs may read differently, and those that would fill the memory. */
class ZipCorpusTest {
  private static final int LOCAL = 0x04034b50;
  private static final int DESCRIPTOR = 0x08074b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final byte[] GOOD = Pickles.zip(dict(TENSOR));

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource({"names", "headers", "ends", "contained"})
  void refuses(byte[] content, String message) throws IOException {
    Path file = Files.write(folder.resolve("bad.pth"), content);
    assertThatThrownBy(() -> Weights.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
    assertThat(folder).isDirectoryNotContaining(found -> !found.equals(file));
  }

  static Stream<Arguments> names() {
    String outside = "is a path that leads outside the archive";
    return Stream.of(
        bad("../x", with("../x"), outside),
        bad("archive/../../x", with("archive/../../x"), outside),
        bad("archive/..", with("archive/.."), outside),
        bad("/etc/x", with("/etc/x"), outside),
        bad("C:\\x", with("C:\\x"), outside),
        bad("a\\b", with("a\\b"), outside),
        bad("a name with a line feed", with("archive/a\nb\n"), outside),
        bad("a name with a zero", with("archive/a\0b"), outside),
        bad("no name", with(""), outside),
        bad("a name twice", renamed("archive/data/1", "archive/data/0"), "the name is taken"),
        bad("a name that is not UTF-8", renamed("archive/name", "archive/nam\377"), "UTF-8"),
        bad("a symbolic link", good(z -> z.putInt(at(z, CENTRAL, 3) + 38, 0xa1ff << 16)), "link"),
        bad("100 001 entries", many(99_998), "100001 entries"));
  }

  static Stream<Arguments> headers() {
    String disagree = "the entry's own header and the directory say different things";
    return Stream.of(
        bad(
            "another size in the directory",
            good(z -> add(z, at(z, CENTRAL, 2) + 24, 1)),
            "inflate"),
        bad(
            "other sizes in the directory",
            good(z -> sizes(z, at(z, CENTRAL, 2) + 20, 20)),
            disagree),
        bad("other sizes in the header", good(z -> sizes(z, at(z, LOCAL, 2) + 18, 20)), disagree),
        bad("another checksum in the header", good(z -> add(z, at(z, LOCAL, 2) + 14, 1)), disagree),
        bad("another name in the header", good(z -> add(z, at(z, LOCAL, 2) + 30, 1)), disagree),
        bad("another method in the header", good(z -> add(z, at(z, LOCAL, 2) + 8, 8)), disagree),
        bad("other flags in the header", good(z -> add(z, at(z, LOCAL, 2) + 6, 8)), disagree),
        bad("no header", good(z -> add(z, at(z, LOCAL, 2), 1)), disagree),
        bad("another descriptor", torch(z -> add(z, at(z, DESCRIPTOR, 2) + 8, 1)), disagree),
        bad("another checksum in it", torch(z -> add(z, at(z, DESCRIPTOR, 2) + 4, 1)), disagree),
        bad("no descriptor", torch(z -> add(z, at(z, DESCRIPTOR, 2), 1)), disagree),
        bad("encrypted", good(z -> add(z, at(z, CENTRAL, 0) + 8, 1)), "is encrypted"),
        bad("strong encryption", good(z -> add(z, at(z, CENTRAL, 0) + 8, 64)), "needs a feature"),
        bad("compressed by LZMA", good(z -> add(z, at(z, CENTRAL, 0) + 10, 14)), "by method 14"),
        bad("on another disk", good(z -> add(z, at(z, CENTRAL, 0) + 34, 1)), "needs a feature of"),
        bad(
            "a 64-bit size that is missing",
            good(z -> z.putInt(at(z, CENTRAL, 2) + 24, -1)),
            "a 64-bit size or place is missing"),
        bad(
            "two entries in one place",
            good(z -> z.putInt(at(z, CENTRAL, 2) + 42, z.getInt(at(z, CENTRAL, 1) + 42))),
            "begins at"),
        bad(
            "an entry that holds the next",
            good(
                z -> {
                  sizes(z, at(z, CENTRAL, 0) + 20, 230);
                  sizes(z, at(z, LOCAL, 0) + 18, 230);
                }),
            "but what is before it ends at"),
        bad(
            "an entry that holds the directory",
            good(
                z -> {
                  sizes(z, at(z, CENTRAL, 3) + 20, 60);
                  sizes(z, at(z, LOCAL, 3) + 18, 60);
                }),
            "60 bytes at"),
        bad(
            "an entry in the directory",
            good(z -> z.putInt(at(z, CENTRAL, 3) + 42, at(z, CENTRAL, 0))),
            "outside the archive's"),
        bad(
            "a wrong checksum",
            good(z -> add(z, at(z, LOCAL, 2) + 64, 1)),
            "the checksum is wrong"),
        bad("a wrong checksum of the pickle", good(z -> add(z, 70, 1)), "the checksum is wrong"));
  }

  static Stream<Arguments> ends() {
    return Stream.of(
        bad("four bytes", Arrays.copyOf(GOOD, 4), "4 bytes are no zip archive"),
        bad("cut off", Arrays.copyOf(GOOD, GOOD.length - 1), "cut off or something follows it"),
        bad("half", Arrays.copyOf(GOOD, GOOD.length / 2), "cut off or something follows it"),
        bad("something behind", Arrays.copyOf(GOOD, GOOD.length + 1), "something follows it"),
        bad("something before", concat(new byte[100], GOOD), "neither a safetensors file nor"),
        bad("an entry before", concat(Arrays.copyOf(GOOD, 64), GOOD), "does not end at its end"),
        bad("a comment", good(z -> z.put(at(z, END, 0) + 20, (byte) 1)), "something follows it"),
        bad(
            "the first entry later",
            good(z -> z.putInt(at(z, CENTRAL, 0) + 42, z.getInt(at(z, CENTRAL, 2) + 42))),
            "begins at"),
        bad(
            "fewer entries",
            good(z -> sizes16(z, at(z, END, 0) + 8, 3)),
            "has 4 entries but says 3"),
        bad("more entries on this disk", good(z -> add(z, at(z, END, 0) + 8, 1)), "contradict"),
        bad("a longer directory", good(z -> add(z, at(z, END, 0) + 12, 1)), "does not end at its"),
        bad("no directory entry", good(z -> add(z, at(z, CENTRAL, 1), 1)), "directory is damaged"),
        bad(
            "a name past the directory",
            good(z -> z.putShort(at(z, CENTRAL, 3) + 28, (short) 999)),
            "the zip directory is damaged"),
        bad(
            "64-bit records that contradict",
            torch(z -> add(z, at(z, END, 0) + 8, 0x101)),
            "contradict each other"),
        bad("64-bit record elsewhere", torch(z -> add(z, at(z, LOCATOR_64, 0) + 8, 1)), "where it"),
        bad(
            "no 64-bit record",
            torch(z -> add(z, at(z, END_64, 0), 1)),
            "record of the zip archive"),
        bad(
            "2^63 entries",
            torch(
                z -> {
                  z.putShort(at(z, END, 0) + 8, (short) -1)
                      .putShort(at(z, END, 0) + 10, (short) -1);
                  z.putLong(at(z, END_64, 0) + 24, Long.MIN_VALUE)
                      .putLong(at(z, END_64, 0) + 32, Long.MIN_VALUE);
                }),
            "a zip directory of -9223372036854775808 entries"));
  }

  static Stream<Arguments> contained() {
    Map<String, byte[]> big = contents(dict(TENSOR));
    big.put("archive/byteorder", Pickles.bytes("big"));
    Map<String, byte[]> two = contents(dict(TENSOR));
    two.put("other/data.pkl", Pickles.bytes("N."));
    Map<String, byte[]> script = contents(dict(TENSOR));
    script.put("archive/constants.pkl", Pickles.bytes("N."));
    Map<String, byte[]> large = contents(dict(TENSOR));
    large.put("archive/data.pkl", new byte[(32 << 20) + 1]);
    return Stream.of(
        bad("big-endian values", Pickles.archive(big), "has values in big-endian order"),
        bad("two pickles", Pickles.archive(two), "with 2 of the data.pkl of which"),
        bad(
            "an office document",
            Pickles.archive(Map.of("word/document.xml", new byte[1])),
            "with 0"),
        bad("no entry", Pickles.archive(Map.of()), "with 0 of the data.pkl"),
        bad("a TorchScript archive", Pickles.archive(script), "is a TorchScript archive"),
        bad("NumPy's archive", Pickles.archive(Map.of("a.npy", new byte[1])), "is NumPy's .npz"),
        bad("a pickle of 32 MB", Pickles.archive(large), "33554433 bytes; at most 33554432"),
        bad("a hundred bytes for one", deflated(new byte[1 << 20]), "claim to inflate to 1048576"),
        bad("less than claimed", resized(-1), "does not inflate to its"),
        bad("more than claimed", resized(1), "does not inflate to its"),
        bad("damaged compression", damaged(), "zip entry \"archive/data/0\": "));
  }

  @ParameterizedTest
  @MethodSource
  void accepts(byte[] content) throws IOException {
    Path file = Files.write(folder.resolve("good.pth"), content);
    assertThat(Weights.load(file).find("w").orElseThrow().floats())
        .containsExactly(0, 1, 2, 3, 4, 5);
  }

  static Stream<Arguments> accepts() {
    return Stream.of(
        Arguments.of(Named.of("as PyTorch writes it", GOOD)),
        Arguments.of(Named.of("compressed, with descriptors", deflated(new byte[0]))),
        Arguments.of(Named.of("70 000 entries, so 64-bit records", many(70_000))));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(names(), headers(), ends(), contained()).flatMap(s -> s);
  }

  private static byte[] with(String name) {
    Map<String, byte[]> contents = contents(dict(TENSOR));
    contents.put(name, new byte[1]);
    return Pickles.archive(contents);
  }

  /** Overwrites a name, in both places, by one as long; its characters are bytes. */
  private static byte[] renamed(String from, String to) {
    byte[] zip = with(from);
    byte[] name = Pickles.bytes(from);
    for (int i = 0; i + name.length <= zip.length; i++) {
      if (Arrays.equals(zip, i, i + name.length, name, 0, name.length)) {
        System.arraycopy(Pickles.bytes(to), 0, zip, i, to.length());
      }
    }
    return zip;
  }

  private static byte[] many(int more) {
    Map<String, byte[]> contents = contents(dict(TENSOR));
    contents.remove("archive/version");
    for (int i = 0; i < more; i++) {
      contents.put("archive/" + i, new byte[0]);
    }
    return zipped(contents, ZipOutputStream.STORED);
  }

  private static byte[] deflated(byte[] version) {
    Map<String, byte[]> contents = contents(dict(TENSOR));
    contents.put("archive/version", version);
    return zipped(contents, ZipOutputStream.DEFLATED);
  }

  private static byte[] zipped(Map<String, byte[]> contents, int method) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> content : contents.entrySet()) {
        ZipEntry entry = new ZipEntry(content.getKey());
        entry.setMethod(method);
        if (method == ZipOutputStream.STORED) {
          CRC32 sum = new CRC32();
          sum.update(content.getValue());
          entry.setCrc(sum.getValue());
          entry.setSize(content.getValue().length);
        }
        zip.putNextEntry(entry);
        zip.write(content.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Compressed storage 0 said to be longer or shorter, both where and when it is expected. */
  private static byte[] resized(int more) {
    byte[] zip = deflated(new byte[0]);
    ByteBuffer buffer = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    add(buffer, at(buffer, CENTRAL, 0) + 24, more);
    add(buffer, at(buffer, DESCRIPTOR, 0) + 12, more);
    return zip;
  }

  private static byte[] damaged() {
    byte[] zip = deflated(new byte[0]);
    ByteBuffer buffer = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(at(buffer, LOCAL, 2) + 30 + "archive/data/0".length(), (byte) 0xff);
    return zip;
  }

  private static byte[] good(Consumer<ByteBuffer> change) {
    return changed(GOOD.clone(), change);
  }

  /** PyTorch's own file, with descriptors and 64-bit records, changed. */
  private static byte[] torch(Consumer<ByteBuffer> change) {
    try (InputStream in = ZipCorpusTest.class.getResourceAsStream("zip.pth")) {
      return changed(in.readAllBytes(), change);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] changed(byte[] zip, Consumer<ByteBuffer> change) {
    change.accept(ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN));
    return zip;
  }

  private static int at(ByteBuffer zip, int signature, int nth) {
    int left = nth;
    for (int i = 0; i <= zip.limit() - Integer.BYTES; i++) {
      if (zip.getInt(i) == signature && left-- == 0) {
        return i;
      }
    }
    throw new IllegalArgumentException("no signature %08x".formatted(signature));
  }

  private static void add(ByteBuffer zip, int position, int value) {
    zip.putShort(position, (short) (zip.getShort(position) + value));
  }

  private static void sizes(ByteBuffer zip, int position, int size) {
    zip.putInt(position, size).putInt(position + 4, size);
  }

  private static void sizes16(ByteBuffer zip, int position, int count) {
    zip.putShort(position, (short) count).putShort(position + 2, (short) count);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static Arguments bad(String name, byte[] content, String message) {
    return Arguments.of(Named.of(name, content), message);
  }
}
