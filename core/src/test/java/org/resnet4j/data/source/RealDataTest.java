package org.resnet4j.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.resnet4j.SharedData;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Preprocessing;

class RealDataTest {
  private static Splits open(String folder) {
    Optional<Path> found = SharedData.find(folder);
    assumeTrue(found.isPresent(), "shared data absent: " + folder);
    return DataSources.open(found.orElseThrow(), Unreadable.FAIL);
  }

  @Test
  void opens_mnist() {
    Splits mnist = open("mnist");
    assertThat(mnist.train().size()).isEqualTo(60_000);
    assertThat(mnist.test().size()).isEqualTo(10_000);
    assertThat(mnist.train().label(0)).isEqualTo(5);
    assertThat(mnist.train().classes()).hasSize(10);
    // The figures every MNIST tutorial quotes.
    Preprocessing measured = Preprocessing.measure(mnist.train(), new Shape(1, 28, 28), 60_000);
    assertThat(measured.mean().get(0)).isEqualTo(0.1307, Offset.offset(5e-5));
    assertThat(measured.std().get(0)).isEqualTo(0.3081, Offset.offset(5e-5));
  }

  @Test
  void opens_cifar_10_batches() {
    Splits cifar = open("cifar10-lossless");
    assertThat(cifar.train().size()).isEqualTo(4000 + 4 * 1017);
    assertThat(cifar.test().size()).isEqualTo(1017);
    assertThat(cifar.train().classes()).startsWith("airplane", "automobile").endsWith("truck");
    // The first image of data_batch_1 is a frog whose first pixel is 59, 62, 63.
    assertThat(cifar.train().label(0)).isEqualTo(6);
    assertThat(cifar.train().image(0).pixels()).startsWith(59, 62, 63);
  }

  @Test
  void opens_class_folders_of_photographs() {
    Splits photographs = open("hymenoptera");
    assertThat(photographs.train().size()).isEqualTo(120);
    assertThat(photographs.test().size()).isEqualTo(40);
    assertThat(photographs.train().classes()).containsExactly("ants", "bees");
    assertThat(photographs.train().image(0).shape().channels()).isEqualTo(3);
  }

  @Test
  void opens_tars_of_class_folders() {
    Splits cifar = open("cifar10-jpeg");
    assertThat(count(cifar.train())).containsOnly(5000).hasSize(10);
    assertThat(count(cifar.test())).containsOnly(1000).hasSize(10);
    for (int index : new int[] {0, 12_345, 49_999}) {
      assertThat(cifar.train().image(index).shape()).isEqualTo(new Shape(3, 32, 32));
    }
  }

  private static int[] count(Dataset dataset) {
    int[] counts = new int[dataset.classes().size()];
    for (int i = 0; i < dataset.size(); i++) {
      counts[dataset.label(i)]++;
    }
    return counts;
  }
}
