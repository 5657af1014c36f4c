package org.resnet4j.data.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.resnet4j.data.DataException;
import org.resnet4j.data.HostileTable;
import org.resnet4j.data.Mutants;

@Timeout(3600)
class HostileImagesTest {
  /** Mutants that ask for more pixels are refused, since they would only cost time. */
  private static final ImageDecoder DECODER =
      new ImageDecoder(3, new ImageDecoder.Limits(1_000_000, 100_000, 16_384, 100)).upright();

  @Test
  void bombs_are_refused_before_they_take_memory() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx80m",
                "-XX:+UseG1GC", // Others count the heap otherwise, and messages tell its size.
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Bombs.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> rows;
    try {
      rows = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
    HostileTable.isCurrent("bombs", rows);
  }

  @Test
  void mutants_are_decoded_or_refused_with_one_exception() {
    List<String> rows = new ArrayList<>();
    List<String> seeds = new ArrayList<>(Golden.names());
    seeds.add("oriented-6.jpg");
    seeds.add("oriented-6.png");
    int refused = 0;
    int tries = Mutants.COUNT / seeds.size() + 1;
    for (String seed : seeds) {
      byte[] sound = Golden.bytes(seed);
      Mutants mutants = new Mutants(seeds.indexOf(seed));
      for (int i = 0; i < tries; i++) {
        byte[] mutant = mutants.of(sound);
        refused += decodes(seed.endsWith("png") && i % 2 == 0 ? summed(mutant) : mutant) ? 0 : 1;
      }
      rows.add(seed + " | decoded, or refused with a DataException");
    }
    assertThat(refused).isBetween(tries * seeds.size() / 2, tries * seeds.size() - 1);
    HostileTable.isCurrent("image mutants", rows);
  }

  @Test
  void a_file_cut_off_is_refused_wherever_pillow_refuses_it() {
    List<String> rows = new ArrayList<>();
    for (String[] line : Golden.table("truncations.txt")) {
      byte[] whole = Golden.bytes(line[0]);
      int pillows = 0;
      int ours = 0;
      for (int percent = 0; percent < 100; percent++) {
        boolean pillowLoads = line[1].charAt(percent) == '1';
        boolean weDecode = decodes(Arrays.copyOf(whole, whole.length * percent / 100));
        assertThat(weDecode && !pillowLoads).as("%s at %d %%", line[0], percent).isFalse();
        pillows += pillowLoads ? 0 : 1;
        ours += weDecode ? 0 : 1;
      }
      assertThat(decodes(whole)).as(line[0]).isTrue();
      rows.add("%s | %d | %d".formatted(line[0], pillows, ours));
    }
    HostileTable.isCurrent("truncations", rows);
  }

  @Test
  void eight_threads_do_not_mix_images_up_and_leave_nothing_open() throws Exception {
    List<String> names = Golden.names();
    List<Long> sums = names.stream().map(name -> sum(expected(name))).toList();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    long files;
    long temporary;
    try {
      Callable<List<Long>> round = () -> decodeAll(names);
      // What the JVM opens for itself when it first does this work stays open.
      for (Future<List<Long>> warm : threads.invokeAll(Collections.nCopies(40, round))) {
        warm.get();
      }
      files = openFiles();
      temporary = temporaryFiles();
      List<Callable<List<Long>>> rounds = Collections.nCopies(200, round);
      for (Future<List<Long>> decoded : threads.invokeAll(rounds)) {
        assertThat(decoded.get()).isEqualTo(sums);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(temporaryFiles()).isEqualTo(temporary);
    assumeTrue(files > 0, "open files can be counted on Linux alone");
    assertThat(openFiles()).isLessThanOrEqualTo(files);
  }

  private static List<Long> decodeAll(List<String> names) {
    return names.stream()
        .map(name -> sum(new ImageDecoder(3).decode(Golden.bytes(name), name).pixels()))
        .toList();
  }

  private static byte[] expected(String name) {
    return Golden.bytes(name.replace('.', '-') + ".rgb");
  }

  private static long sum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return sum.getValue();
  }

  private static long openFiles() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return 0;
    }
    try (Stream<Path> open = Files.list(descriptors)) {
      return open.count();
    }
  }

  /** What ImageIO makes when it is left to choose its own cache. */
  private static long temporaryFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(file -> file.getFileName().toString().startsWith("imageio")).count();
    }
  }

  private static boolean decodes(byte[] bytes) {
    try {
      DECODER.decode(bytes, "x");
      return true;
    } catch (DataException refused) {
      return false;
    }
  }

  /** The PNG file with right checksums, so that its damage gets past them. */
  private static byte[] summed(byte[] png) {
    ByteBuffer file = ByteBuffer.wrap(png);
    int at = 8;
    while (at + 12 <= png.length) {
      long end = at + 8 + Integer.toUnsignedLong(file.getInt(at));
      if (end + 4 > png.length) {
        break;
      }
      CRC32 sum = new CRC32();
      sum.update(png, at + 4, (int) end - at - 4);
      file.putInt((int) end, (int) sum.getValue());
      at = (int) end + 4;
    }
    return png;
  }
}
