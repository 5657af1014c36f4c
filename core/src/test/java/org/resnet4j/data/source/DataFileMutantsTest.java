package org.resnet4j.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.resnet4j.data.source.SyntheticFiles.cifar;
import static org.resnet4j.data.source.SyntheticFiles.gzip;
import static org.resnet4j.data.source.SyntheticFiles.idx;
import static org.resnet4j.data.source.SyntheticFiles.png;
import static org.resnet4j.data.source.SyntheticFiles.write;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.HostileTable;
import org.resnet4j.data.Mutants;

/** A damaged data file is read or refused with the one exception, whatever the damage. */
@Timeout(3600)
class DataFileMutantsTest {
  private static final byte[] IMAGES = idx(0x803, new int[] {2, 3, 3}, new byte[18]);
  private static final byte[] LABELS = idx(0x801, new int[] {2}, new byte[2]);
  private static final String IMAGE_FILE = "train-images-idx3-ubyte";
  private static final String LABEL_FILE = "train-labels-idx1-ubyte";

  @TempDir Path root;

  @Test
  void mutants_are_read_or_refused_with_one_exception() throws IOException {
    write(root.resolve("cifar/test_batch.bin"), cifar(0, 1, 2));
    write(root.resolve("images/" + LABEL_FILE), LABELS);
    write(root.resolve("gzipped-images/" + LABEL_FILE), LABELS);
    write(root.resolve("labels/" + IMAGE_FILE), IMAGES);
    int third = Mutants.COUNT / 3 + 1; // IDX and tar are tried in three forms.
    UnaryOperator<byte[]> asItIs = UnaryOperator.identity();

    HostileTable.isCurrent(
        "data mutants",
        List.of(
            tries(
                "CIFAR-10 batch", "cifar/data_batch_1.bin", cifar(0, 3, 9), Mutants.COUNT, asItIs),
            tries("IDX images", "images/" + IMAGE_FILE, IMAGES, third, asItIs),
            tries("IDX images, gzip", "gzipped-images/" + IMAGE_FILE, gzip(IMAGES), third, asItIs),
            tries("IDX labels", "labels/" + LABEL_FILE, LABELS, third, asItIs),
            tries("tar", "tar/data.tar", tar(), third, asItIs),
            tries("tar, its checksums made right", "summed/data.tar", tar(), third, this::summed),
            tries("tar, gzip", "gzipped/data.tar.gz", gzip(tar()), third, asItIs)));
  }

  private byte[] tar() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a/1.png", png(1));
    entries.put("a/" + "gnu".repeat(40) + ".png", png(2));
    entries.put("b/1.png", png(3));
    Path file = root.resolve("sound.tar");
    SyntheticFiles.tar(file, entries, true);
    byte[] gnu = Files.readAllBytes(file);
    SyntheticFiles.tar(file, Map.of("b/" + "pax".repeat(40) + ".png", png(4)), false);
    byte[] posix = Files.readAllBytes(file);
    int end = end(gnu);
    byte[] both = Arrays.copyOf(gnu, end + end(posix) + 1024);
    System.arraycopy(posix, 0, both, end, end(posix));
    return both;
  }

  /** Where the zeros begin that fill a tar file up. */
  private static int end(byte[] tar) {
    int end = tar.length;
    while (tar[end - 512] == 0) {
      end -= 512;
    }
    return end;
  }

  private byte[] summed(byte[] tar) {
    for (int at = 0; at + 512 <= tar.length; at += 512) {
      byte[] block = Arrays.copyOfRange(tar, at, at + 512);
      if (TarHeader.isTar(block)) {
        System.arraycopy(TarBytes.summed(block), 0, tar, at, 512);
      }
    }
    return tar;
  }

  private String tries(
      String format, String name, byte[] sound, int count, UnaryOperator<byte[]> repair)
      throws IOException {
    Path file = root.resolve(name);
    write(file, sound);
    assertThat(reads(file.getParent())).as(format).isTrue();
    Mutants mutants = new Mutants(1);
    int refused = 0;
    // Not Files.write: some file systems flush a file that was emptied first, which takes 3 ms.
    try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
      for (int i = 0; i < count; i++) {
        byte[] mutant = repair.apply(mutants.of(sound));
        damaged.seek(0);
        damaged.write(mutant);
        damaged.setLength(mutant.length);
        refused += reads(file.getParent()) ? 0 : 1;
      }
    }
    assertThat(refused).as(format).isBetween(count / 20, count - 1);
    return format + " | read, or refused with a DataException";
  }

  /** Anything but a {@link DataException} fails the test. */
  private static boolean reads(Path folder) {
    try {
      Dataset train = DataSources.open(folder, Unreadable.FAIL).train();
      for (int i = 0; i < train.size(); i++) {
        train.image(i);
      }
      return true;
    } catch (DataException refused) {
      return false;
    }
  }
}
