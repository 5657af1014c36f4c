package org.resnet4j.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.Splits;

class DataSourcesTest {
  @TempDir Path root;

  private Splits open() {
    return DataSources.open(root, Unreadable.FAIL);
  }

  private void refuses(String... parts) {
    assertThatThrownBy(this::open).isInstanceOf(DataException.class).message().contains(parts);
  }

  private void folders(String... paths) throws IOException {
    for (String path : paths) {
      write(root.resolve(path), png(path.hashCode() & 0x7f));
    }
  }

  private void mnist() throws IOException {
    write(root.resolve("train-images-idx3-ubyte"), idx(0x803, new int[] {2, 1, 3}, bytes(6)));
    write(root.resolve("train-labels-idx1-ubyte"), idx(0x801, new int[] {2}, bytes(2)));
    write(
        root.resolve("t10k-images-idx3-ubyte.gz"), gzip(idx(0x803, new int[] {1, 1, 3}, bytes(3))));
    write(root.resolve("t10k-labels-idx1-ubyte.gz"), gzip(idx(0x801, new int[] {1}, bytes(1))));
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  @Test
  void refuses_a_missing_folder() {
    assertThatThrownBy(() -> DataSources.open(root.resolve("none"), Unreadable.FAIL))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no such file or folder");
  }

  @Test
  void says_what_is_recognised_when_nothing_is() throws IOException {
    write(root.resolve("notes.txt"), bytes(4));
    refuses("nothing recognised", "class folders", "CIFAR-10", "IDX", "tar");
  }

  @Test
  void refuses_a_file_that_is_not_a_tar() throws IOException {
    Path file = root.resolve("data.zip");
    write(file, bytes(4));
    assertThatThrownBy(() -> DataSources.open(file, Unreadable.FAIL))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not a tar file");
  }

  @Test
  void reads_cifar_10_and_interleaves_its_planes() throws IOException {
    write(root.resolve("data_batch_1.bin"), cifar(0, 3, 9));
    write(root.resolve("data_batch_2.bin"), cifar(0, 7));
    write(root.resolve("test_batch.bin"), cifar(0, 1));
    Splits splits = open();
    assertThat(splits.train().size()).isEqualTo(3);
    assertThat(splits.train().label(2)).isEqualTo(7);
    assertThat(splits.train().describe(2)).endsWith("data_batch_2.bin: image 0");
    assertThat(splits.test().label(0)).isEqualTo(1);
    Image image = splits.train().image(1);
    assertThat(image.shape()).isEqualTo(new Shape(3, 32, 32));
    assertThat(Arrays.copyOf(image.pixels(), 6)).containsExactly(1, 2, 3, 1, 2, 3);
  }

  @Test
  void reads_the_fine_labels_of_cifar_100() throws IOException {
    write(root.resolve("train.bin"), cifar(1, 99, 4));
    write(root.resolve("test.bin"), cifar(1, 5));
    assertThat(open().train().label(0)).isEqualTo(99);
    assertThat(open().train().classes()).hasSize(100);
  }

  @Test
  void refuses_a_truncated_batch_with_expected_and_actual_bytes() throws IOException {
    write(root.resolve("data_batch_1.bin"), Arrays.copyOf(cifar(0, 1, 2), 5000));
    refuses("data_batch_1.bin", "5000 bytes", "3073", "6146");
  }

  @Test
  void refuses_a_label_out_of_range() throws IOException {
    write(root.resolve("data_batch_1.bin"), cifar(0, 1, 10));
    refuses("data_batch_1.bin: image 1: label 10", "below 10");
  }

  @Test
  void refuses_an_empty_batch() throws IOException {
    write(root.resolve("data_batch_1.bin"), bytes(0));
    refuses("data_batch_1.bin", "no image");
  }

  @Test
  void refuses_a_wrong_number_of_class_names() throws IOException {
    write(root.resolve("data_batch_1.bin"), cifar(0, 1));
    Files.writeString(root.resolve("batches.meta.txt"), "cat\ndog\n\n");
    refuses("batches.meta.txt: 2 class names, expected 10");
  }

  @Test
  void reads_idx_files_gzip_or_not() throws IOException {
    mnist();
    Splits splits = open();
    assertThat(splits.train().image(1).shape()).isEqualTo(new Shape(1, 1, 3));
    assertThat(splits.train().image(1).pixels()).containsExactly(3, 4, 5);
    assertThat(splits.train().classes()).containsExactly("0", "1");
    assertThat(splits.test().image(0).pixels()).containsExactly(0, 1, 2);
  }

  @Test
  void refuses_an_idx_file_of_another_magic() throws IOException {
    mnist();
    write(root.resolve("train-images-idx3-ubyte"), idx(0x801, new int[] {6}, bytes(6)));
    refuses("train-images-idx3-ubyte", "0x00000801", "0x00000803");
  }

  @Test
  void refuses_idx_values_that_are_too_few_or_too_many() throws IOException {
    mnist();
    write(root.resolve("train-images-idx3-ubyte"), idx(0x803, new int[] {2, 1, 3}, bytes(5)));
    refuses("5 values", "promises 6", "truncated");
    write(root.resolve("train-images-idx3-ubyte"), idx(0x803, new int[] {2, 1, 3}, bytes(7)));
    refuses("more values than the 6");
  }

  @Test
  void refuses_an_idx_file_cut_inside_its_header_or_its_compression() throws IOException {
    mnist();
    write(root.resolve("train-images-idx3-ubyte"), bytes(3));
    refuses("train-images-idx3-ubyte", "ends early");
    byte[] gzip = gzip(idx(0x803, new int[] {2, 1, 3}, bytes(6)));
    write(root.resolve("train-images-idx3-ubyte"), Arrays.copyOf(gzip, gzip.length - 9));
    refuses("train-images-idx3-ubyte", "ends early");
  }

  @Test
  void refuses_idx_axes_that_are_not_positive_or_too_large() throws IOException {
    mnist();
    write(root.resolve("train-images-idx3-ubyte"), idx(0x803, new int[] {2, -1, 3}));
    refuses("[2, -1, 3]", "at least 1");
    int large = 1 << 20;
    write(root.resolve("train-images-idx3-ubyte"), idx(0x803, new int[] {large, large, large}));
    refuses("[1048576, 1048576, 1048576]", "below 2^31");
  }

  @Test
  void refuses_as_many_idx_labels_as_there_are_not_images() throws IOException {
    mnist();
    write(root.resolve("train-labels-idx1-ubyte"), idx(0x801, new int[] {3}, bytes(3)));
    refuses("2 images", "3 labels");
  }

  @Test
  void refuses_an_idx_label_that_no_image_to_train_on_has() throws IOException {
    mnist();
    write(root.resolve("t10k-labels-idx1-ubyte.gz"), idx(0x801, new int[] {1}, (byte) 2));
    refuses("t10k-images-idx3-ubyte.gz: image 0: label 2", "below 2");
  }

  @Test
  void refuses_a_folder_that_leads_back_into_itself() throws IOException {
    folders("a/1.png", "a/2.png");
    Files.createSymbolicLink(root.resolve("a/again"), root);
    refuses(root + ": cannot be listed");
  }

  @Test
  void refuses_idx_images_without_labels() throws IOException {
    mnist();
    Files.delete(root.resolve("train-labels-idx1-ubyte"));
    refuses("no train-labels file");
  }

  @Test
  void sorts_classes_and_files_and_ignores_hidden_and_other_files() throws IOException {
    folders("train/b/2.PNG", "train/b/1.png", "train/a/deep/3.png", "train/.hidden/4.png");
    folders("val/a/5.png", "val/b/6.png", "val/b/.7.png");
    write(root.resolve("train/a/readme.txt"), bytes(1));
    Splits splits = open();
    assertThat(splits.train().classes()).containsExactly("a", "b");
    assertThat(splits.train().size()).isEqualTo(3);
    assertThat(splits.train().describe(0)).isEqualTo(root.resolve("train/a/deep/3.png").toString());
    assertThat(splits.train().describe(1)).endsWith("1.png");
    assertThat(splits.train().label(1)).isEqualTo(1);
    assertThat(splits.test().size()).isEqualTo(2);
    assertThat(splits.notes()).singleElement().asString().contains("ignored 1 files");
  }

  @Test
  void holds_out_a_fifth_of_each_class_and_says_so() throws IOException {
    for (int i = 0; i < 10; i++) {
      folders("a/" + i + ".png", "b/" + i + ".png", "b/1" + i + ".png");
    }
    Splits splits = open();
    assertThat(splits.test().size()).isEqualTo(6);
    assertThat(splits.train().size()).isEqualTo(24);
    assertThat(splits.test().label(1)).isZero();
    assertThat(splits.test().label(2)).isEqualTo(1);
    assertThat(splits.notes())
        .containsExactly("no test split found: held out 20 % of each class, 6 images, seed 0");
    assertThat(open().test().describe(0)).isEqualTo(splits.test().describe(0));
  }

  @Test
  void refuses_to_hold_out_from_single_images() throws IOException {
    folders("a/1.png", "b/1.png");
    refuses("no class has two images");
  }

  @Test
  void refuses_an_empty_class_folder() throws IOException {
    folders("train/a/1.png", "val/a/1.png");
    Files.createDirectories(root.resolve("train/b"));
    refuses("train/b", "holds no readable");
  }

  @Test
  void names_the_difference_of_the_classes() throws IOException {
    folders("train/a/1.png", "train/b/1.png", "val/a/1.png", "val/c/1.png");
    refuses("only to train on: [b]", "only to test on: [c]");
  }

  @Test
  void fails_at_the_image_that_cannot_be_decoded() throws IOException {
    folders("train/a/1.png", "val/a/1.png");
    write(root.resolve("train/a/2.png"), bytes(9));
    Dataset train = open().train();
    assertThat(train.image(0).shape()).isEqualTo(new Shape(3, 2, 3));
    assertThatThrownBy(() -> train.image(1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2.png");
  }

  @Test
  void skips_counts_and_names_unreadable_images_when_told_to() throws IOException {
    folders("train/a/1.png", "train/a/3.png", "val/a/1.png");
    write(root.resolve("train/a/2.png"), bytes(9));
    Splits splits = DataSources.open(root, Unreadable.SKIP);
    assertThat(splits.train().size()).isEqualTo(2);
    assertThat(splits.train().describe(1)).endsWith("3.png");
    assertThat(splits.notes()).singleElement().asString().contains("skipped 1 unreadable", "2.png");
  }

  @Test
  void keeps_decoded_pixels_while_the_budget_lasts() throws IOException {
    folders("train/a/1.png", "train/a/2.png", "val/a/1.png");
    Dataset train = open().train();
    Image kept = train.image(0);
    Files.delete(root.resolve("train/a/1.png"));
    assertThat(train.image(0)).isSameAs(kept);
    PixelBudget budget = new PixelBudget(20);
    assertThat(budget.take(18)).isTrue();
    assertThat(budget.take(18)).isFalse();
    assertThat(budget.take(2)).isTrue();
  }

  @Test
  void names_a_file_that_vanished() throws IOException {
    folders("train/a/1.png", "val/a/1.png");
    Dataset train = open().train();
    Files.delete(root.resolve("train/a/1.png"));
    assertThatThrownBy(() -> train.image(0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1.png: cannot be read");
  }

  private static Map<String, byte[]> entries(String... names) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < names.length; i++) {
      entries.put(names[i], png(10 * i));
    }
    return entries;
  }

  @Test
  void reads_images_in_place_from_a_pair_of_tars() throws IOException {
    String longName = "b/" + "x".repeat(150) + ".png";
    SyntheticFiles.tar(root.resolve("train.tar"), entries("./a/1.png", longName, "./b/2.png"));
    SyntheticFiles.tar(root.resolve("test.tar"), entries("b/1.png", "a/1.png"));
    Splits splits = open();
    assertThat(splits.train().size()).isEqualTo(3);
    assertThat(splits.train().image(0).pixels()[0]).isEqualTo((byte) 0);
    assertThat(splits.train().image(1).pixels()[0]).isEqualTo((byte) 20);
    assertThat(splits.train().image(2).pixels()[0]).isEqualTo((byte) 10);
    assertThat(splits.test().describe(0)).endsWith("test.tar:a/1.png");
    assertThat(splits.test().image(0).pixels()[0]).isEqualTo((byte) 10);
  }

  @Test
  void reads_one_tar_with_train_and_test_inside_and_ignores_odd_entries() throws IOException {
    Path tar = root.resolve("all.tar");
    SyntheticFiles.tar(
        tar, entries("top/train/a/1.png", "top/test/a/1.png", "../train/a/2.png", "top/x.txt"));
    Splits splits = DataSources.open(tar, Unreadable.FAIL);
    assertThat(splits.train().size()).isEqualTo(1);
    assertThat(splits.train().image(0).pixels()[0]).isEqualTo((byte) 0);
    assertThat(splits.notes()).singleElement().asString().contains("ignored");
    assertThat(root).isDirectoryNotContaining(file -> !file.equals(tar));
  }

  @Test
  void refuses_a_truncated_tar() throws IOException {
    Path tar = root.resolve("train.tar");
    SyntheticFiles.tar(tar, entries("a/1.png", "a/2.png"));
    Files.write(tar, Arrays.copyOf(Files.readAllBytes(tar), 1024 + 512 + 20));
    refuses("train.tar");
  }

  @Test
  void reads_gzipped_tars_that_were_never_unpacked() throws IOException {
    SyntheticFiles.tar(root.resolve("train.tar"), entries("a/1.png", "b/1.png", "b/2.png"));
    Path tar = Files.move(root.resolve("train.tar"), root.resolve("train.tar.gz"));
    Files.write(tar, gzip(Files.readAllBytes(tar)));
    Files.copy(tar, root.resolve("test.tgz"));

    Splits splits = open();

    assertThat(splits.train().classes()).containsExactly("a", "b");
    assertThat(splits.train().image(1).pixels()[0]).isEqualTo((byte) 10);
    assertThat(splits.test().describe(0)).isEqualTo(root.resolve("test.tgz") + ":a/1.png");
    assertThat(DataSources.open(tar, Unreadable.SKIP).train().size()).isEqualTo(2);
    assertThat(root).isDirectoryNotContaining(file -> !file.toString().endsWith("gz"));
  }

  @Test
  void reads_the_shards_of_a_split_as_one() throws IOException {
    SyntheticFiles.tar(root.resolve("train-000.tar"), entries("a/1.png", "b/1.png"));
    SyntheticFiles.tar(root.resolve("train-001.tar"), entries("b/2.png", "c/1.png", "b/x.txt"));
    SyntheticFiles.tar(root.resolve("test_0.tar"), entries("c/9.png"));
    SyntheticFiles.tar(root.resolve("test_1.tar"), entries("a/9.png", "b/9.png"));
    SyntheticFiles.tar(root.resolve("training.tar"), entries("d/1.png"));

    Splits splits = open();

    assertThat(splits.train().classes()).containsExactly("a", "b", "c");
    assertThat(splits.train().size()).isEqualTo(4);
    assertThat(splits.train().describe(2)).endsWith("train-001.tar:b/2.png");
    assertThat(splits.test().size()).isEqualTo(3);
    assertThat(splits.notes())
        .containsExactly(
            "not used: [" + root.resolve("training.tar") + "]",
            root + ": ignored 1 files that are not JPEG or PNG");
  }

  @Test
  void tests_on_the_first_known_split_of_shards_and_holds_out_if_there_is_none()
      throws IOException {
    SyntheticFiles.tar(root.resolve("train.tar"), entries("a/1.png", "a/2.png"));
    assertThat(open().notes()).singleElement().asString().contains("held out 20 %");
    SyntheticFiles.tar(root.resolve("test.tar"), entries("a/3.png", "a/4.png"));
    SyntheticFiles.tar(root.resolve("val.tar"), entries("a/5.png"));
    assertThat(open().test().describe(0)).endsWith("val.tar:a/5.png");
    assertThat(open().notes()).singleElement().asString().contains("test.tar");
  }

  @Test
  void reads_tars_of_no_split_as_one_root() throws IOException {
    SyntheticFiles.tar(root.resolve("0.tar"), entries("train/a/1.png", "test/a/1.png"));
    SyntheticFiles.tar(root.resolve("1.tar"), entries("train/a/2.png", "test/a/2.png"));
    assertThat(open().train().size()).isEqualTo(2);
    assertThat(open().test().describe(1)).endsWith("1.tar:test/a/2.png");
  }

  @Test
  void prefers_class_folders_to_tars_of_no_split_beside_them() throws IOException {
    folders("train/a/1.png", "val/a/1.png");
    SyntheticFiles.tar(root.resolve("backup.tar"), entries("x/1.png", "x/2.png"));
    assertThat(open().train().classes()).containsExactly("a");
  }

  @Test
  void goes_into_the_folder_that_the_archive_of_cifar_makes() throws IOException {
    Path nested = root.resolve("cifar-10-batches-bin");
    write(nested.resolve("data_batch_1.bin"), cifar(0, 3, 9));
    write(nested.resolve("test_batch.bin"), cifar(0, 3));
    write(root.resolve("cifar-10-binary.tar.gz"), bytes(9));
    assertThat(open().train().size()).isEqualTo(2);
    assertThat(open().name()).isEqualTo("cifar-10-batches-bin");
    write(root.resolve("cifar-100-binary/train.bin"), cifar(1, 3, 9));
    refuses("cifar-10-binary.tar.gz");
  }

  @Test
  void goes_into_the_folder_that_torchvision_makes_for_mnist() throws IOException {
    mnist();
    Path raw = Files.createDirectories(root.resolve("MNIST/raw"));
    for (String part :
        List.of(
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz")) {
      Files.move(root.resolve(part), raw.resolve(part));
    }
    assertThat(open().train().size()).isEqualTo(2);
  }

  @Test
  void refuses_an_image_that_no_decoder_would_take() throws IOException {
    folders("train/a/1.png", "val/a/1.png");
    try (RandomAccessFile large =
        new RandomAccessFile(root.resolve("train/a/2.png").toFile(), "rw")) {
      large.setLength(StoredImage.MOST_BYTES + 1L);
    }
    Dataset train = open().train();
    assertThatThrownBy(() -> train.image(1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2.png: cannot be read (25000001 bytes, at most 25000000 are read)");
  }

  @Test
  void refuses_batches_of_more_images_than_an_array_holds() throws IOException {
    write(root.resolve("data_batch_1.bin"), cifar(0, 1));
    try (RandomAccessFile large =
        new RandomAccessFile(root.resolve("data_batch_2.bin").toFile(), "rw")) {
      large.setLength(3073L * 698_823); // One more than fit 2^31 - 9 bytes.
    }
    refuses("data_batch_2.bin: together with the batches before it, more images than one array");
  }
}
