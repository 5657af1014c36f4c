package org.resnet4j.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.variation.ColourJitter;
import org.resnet4j.data.variation.Erasing;
import org.resnet4j.data.variation.Lighting;
import org.resnet4j.data.variation.Policy;
import org.resnet4j.data.variation.Variety;

@Timeout(30)
class LoaderTest {
  private static final Shape SHAPE = new Shape(1, 4, 4);
  private static final Augmentation CROPS = new Augmentation.PadCropFlip(2, true);

  private static Dataset images(int count) {
    Image[] images = new Image[count];
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[16];
      for (int p = 0; p < 16; p++) {
        pixels[p] = (byte) (1 + i + p);
      }
      images[i] = new Image(SHAPE, pixels);
    }
    return new MemoryFixture(images);
  }

  private static Preprocessing plain() {
    return new Preprocessing(SHAPE, 4, Interpolation.BILINEAR, List.of(0.0), List.of(1 / 255.0));
  }

  private static Loader loader(int count, Augmentation augmentation, Loader.Options options) {
    return new Loader(images(count), plain(), augmentation, options);
  }

  private static Loader.Options shuffled(int threads) {
    return new Loader.Options(4, 7, true, false, threads);
  }

  private record Copy(List<Integer> indices, List<Float> pixels) {}

  private static List<Copy> read(Loader loader, int epoch, int skip) {
    List<Copy> copies = new ArrayList<>();
    try (Batches batches = loader.epoch(epoch, skip)) {
      for (Batch batch : batches) {
        List<Float> pixels = new ArrayList<>();
        for (float pixel : batch.pixels()) {
          pixels.add(pixel);
        }
        copies.add(new Copy(IntStream.of(batch.indices()).boxed().toList(), pixels));
      }
    }
    return copies;
  }

  @Test
  void batches_in_order_with_labels_and_a_smaller_last_one() {
    try (Loader loader = loader(5, new Augmentation.None(), Loader.Options.inOrder(4));
        Batches batches = loader.epoch(0, 0)) {
      List<Integer> sizes = new ArrayList<>();
      for (Batch batch : batches) {
        sizes.add(batch.size());
        if (batch.size() == 1) {
          assertThat(batch.labels()).containsExactly(0);
          assertThat(batch.indices()).containsExactly(4);
          assertThat(batch.pixels()).hasSize(16);
          assertThat(batch.pixels()[0]).isEqualTo(5f);
          assertThat(batch.pixels()[15]).isEqualTo(20f);
        }
      }
      assertThat(sizes).containsExactly(4, 1);
      assertThat(loader.batches()).isEqualTo(2);
      assertThat(batches.waitedNanos()).isPositive();
    }
  }

  @Test
  void leaves_out_the_last_batch_when_told_to() {
    try (Loader loader = loader(5, CROPS, new Loader.Options(4, 0, false, true, 1))) {
      assertThat(read(loader, 0, 0)).hasSize(1);
    }
  }

  @Test
  void is_the_same_to_the_last_bit_whatever_the_number_of_threads() {
    try (Loader one = loader(50, CROPS, shuffled(1));
        Loader four = loader(50, CROPS, shuffled(4))) {
      assertThat(read(four, 3, 0)).isEqualTo(read(one, 3, 0));
    }
  }

  @Test
  void resumes_with_exactly_the_rest_of_an_epoch() {
    try (Loader loader = loader(50, CROPS, shuffled(2))) {
      List<Copy> whole = read(loader, 2, 0);
      assertThat(read(loader, 2, 5)).isEqualTo(whole.subList(5, 13));
      assertThat(read(loader, 2, 13)).isEmpty();
    }
  }

  @Test
  void reads_every_image_once_in_a_new_order_each_epoch() {
    int[] first = Seeds.order(7, 0, 1000);
    int[] second = Seeds.order(7, 1, 1000);
    assertThat(first).isNotEqualTo(second).isNotEqualTo(Seeds.order(8, 0, 1000));
    assertThat(IntStream.of(first).sorted()).containsExactlyElementsOf(range(1000));
    assertThat(IntStream.of(second).sorted()).containsExactlyElementsOf(range(1000));
  }

  private static List<Integer> range(int size) {
    return IntStream.range(0, size).boxed().toList();
  }

  @Test
  void hands_the_original_failure_to_the_reader_and_ends() {
    DataException failure = new DataException("image 9 is damaged");
    Dataset damaged =
        new ReadingWith(
            images(20),
            index -> {
              if (index == 9) {
                throw failure;
              }
            });
    try (Loader loader = new Loader(damaged, plain(), CROPS, Loader.Options.inOrder(4));
        Batches batches = loader.epoch(0, 0)) {
      var iterator = batches.iterator();
      assertThat(iterator.next().size()).isEqualTo(4);
      iterator.next();
      assertThatThrownBy(iterator::next).isSameAs(failure);
      assertThat(iterator.hasNext()).isFalse();
    }
  }

  /** Does something before an image is read. */
  private record ReadingWith(Dataset whole, IntConsumer before) implements Dataset {
    @Override
    public int size() {
      return whole.size();
    }

    @Override
    public int label(int index) {
      return whole.label(index);
    }

    @Override
    public Image image(int index) {
      before.accept(index);
      return whole.image(index);
    }

    @Override
    public List<String> classes() {
      return whole.classes();
    }

    @Override
    public String describe(int index) {
      return whole.describe(index);
    }
  }

  @Test
  void ends_its_threads_when_closed_early() throws InterruptedException {
    List<Thread> before = loaderThreads();
    Loader loader = loader(5000, CROPS, shuffled(3));
    Batches batches = loader.epoch(0, 0);
    batches.iterator().next();
    List<Thread> started = loaderThreads();
    started.removeAll(before);
    assertThat(started).isNotEmpty().allMatch(Thread::isDaemon);
    loader.close();
    for (Thread thread : started) {
      thread.join(Duration.ofSeconds(10).toMillis());
      assertThat(thread.isAlive()).isFalse();
    }
    assertThatThrownBy(() -> batches.iterator().next()).hasMessageContaining("closed");
  }

  @Test
  void cancels_a_reader_that_is_interrupted_while_it_waits() throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    try (Loader loader = blocking(reached);
        Batches batches = loader.epoch(0, 0)) {
      Thread reader = Thread.currentThread();
      Thread interrupter = whenWaiting(reader, reached, reader::interrupt);

      assertThatThrownBy(() -> batches.iterator().next())
          .isInstanceOf(CancellationException.class)
          .hasMessage("interrupted while waiting for a batch");

      assertThat(Thread.interrupted()).isTrue();
      assertThat(batches.iterator().hasNext()).isFalse();
      interrupter.join();
    }
  }

  @Test
  void cancels_a_reader_that_waits_when_the_loader_is_closed() throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    try (Loader loader = blocking(reached);
        Batches batches = loader.epoch(0, 0)) {
      Thread closer = whenWaiting(Thread.currentThread(), reached, loader::close);

      assertThatThrownBy(() -> batches.iterator().next())
          .isInstanceOf(CancellationException.class)
          .hasMessage("the loader was closed");

      closer.join();
    }
  }

  private static Thread whenWaiting(Thread reader, CountDownLatch reached, Runnable action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                reached.await();
                while (reader.getState() != Thread.State.WAITING) {
                  Thread.sleep(1);
                }
                action.run();
              } catch (InterruptedException unexpected) {
                throw new AssertionError(unexpected);
              }
            });
    thread.start();
    return thread;
  }

  /** Works for ever on its second image, until it is interrupted. */
  private static Loader blocking(CountDownLatch reached) {
    CountDownLatch never = new CountDownLatch(1);
    Dataset endless =
        new ReadingWith(
            images(20),
            index -> {
              if (index != 0) {
                reached.countDown();
                try {
                  never.await();
                } catch (InterruptedException closed) {
                  Thread.currentThread().interrupt();
                }
              }
            });
    return new Loader(endless, plain(), CROPS, Loader.Options.inOrder(4));
  }

  private static List<Thread> loaderThreads() {
    List<Thread> threads = new ArrayList<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().equals("resnet4j-loader"));
    return threads;
  }

  @Test
  void goes_on_with_another_epoch_after_one_was_closed_early() {
    try (Loader loader = loader(50, CROPS, shuffled(2))) {
      List<Copy> expected = read(loader, 1, 0);
      try (Batches abandoned = loader.epoch(0, 0)) {
        abandoned.iterator().next();
      }
      assertThat(read(loader, 1, 0)).isEqualTo(expected);
    }
  }

  @Test
  void refuses_what_cannot_be_batched() {
    assertThatThrownBy(() -> Loader.Options.inOrder(0)).hasMessageContaining("batchSize = 0");
    assertThatThrownBy(() -> loader(3, CROPS, new Loader.Options(4, 0, true, true, 1)))
        .hasMessageContaining("leaves no batch");
    assertThatThrownBy(() -> loader(3, CROPS, Loader.Options.inOrder(1 << 28)))
        .hasMessageContaining("one array");
    assertThatThrownBy(
            () -> loader(3, new Augmentation.PadCropFlip(4, true), Loader.Options.inOrder(1)))
        .hasMessageContaining("padding = 4");
    Dataset twoChannels = new MemoryFixture(new Image(new Shape(2, 1, 1), new byte[2]));
    assertThatThrownBy(() -> new Loader(twoChannels, plain(), CROPS, Loader.Options.inOrder(1)))
        .hasMessageContaining("2x1x1");
    try (Loader loader = loader(3, CROPS, Loader.Options.inOrder(1))) {
      assertThatThrownBy(() -> loader.epoch(0, 4)).hasMessageContaining("skip = 4");
      assertThatThrownBy(() -> loader.epoch(-1, 0)).hasMessageContaining("epoch = -1");
    }
  }

  @Test
  void varies_an_image_from_epoch_to_epoch() {
    try (Loader loader = loader(1, CROPS, Loader.Options.inOrder(1))) {
      List<List<Float>> seen = new ArrayList<>();
      for (int epoch = 0; epoch < 20; epoch++) {
        seen.add(read(loader, epoch, 0).get(0).pixels());
      }
      assertThat(Collections.frequency(seen, seen.get(0))).isLessThan(5);
    }
  }

  private static Loader varied(int threads, Variety variety, Sizes sizes) {
    return new Loader(images(50), plain(), CROPS, variety, sizes, shuffled(threads));
  }

  private static Variety everything(int repeats) {
    return new Variety(
        new ColourJitter(0.4, 0.4, 0.4, 0.1),
        new Policy.RandAugment(2, 9),
        new Lighting(0.1),
        new Erasing.Rectangle(0.5, true),
        repeats);
  }

  @Test
  void varies_to_the_same_bits_whatever_the_number_of_threads_and_where_it_resumes() {
    try (Loader one = varied(1, everything(3), Sizes.NONE);
        Loader four = varied(4, everything(3), Sizes.NONE)) {
      List<Copy> whole = read(one, 3, 0);
      assertThat(read(four, 3, 0)).isEqualTo(whole);
      assertThat(read(four, 3, 5)).isEqualTo(whole.subList(5, 13));
      assertThat(read(one, 4, 0)).isNotEqualTo(whole);
    }
  }

  @Test
  void repeats_each_image_in_a_row_in_an_epoch_as_long_as_ever() {
    try (Loader loader = varied(2, everything(3), Sizes.NONE)) {
      List<Integer> indices = new ArrayList<>();
      read(loader, 1, 0).forEach(copy -> indices.addAll(copy.indices()));
      int[] order = Seeds.order(7, 1, 50);
      // 50 places by 3: 16 images three times and one twice.
      assertThat(indices).hasSize(50);
      for (int i = 0; i < 50; i++) {
        assertThat(indices.get(i)).isEqualTo(order[i / 3]);
      }
      List<Copy> copies = read(loader, 1, 0);
      assertThat(copies.get(0).pixels().subList(0, 16))
          .isNotEqualTo(copies.get(0).pixels().subList(16, 32));
    }
  }

  @Test
  void reads_an_image_once_for_all_its_repetitions_in_a_batch() {
    List<Integer> asked = Collections.synchronizedList(new ArrayList<>());
    Dataset counted = watched(images(8), asked::add);
    Variety twice =
        new Variety(ColourJitter.NONE, new Policy.None(), Lighting.NONE, new Erasing.None(), 2);
    try (Loader loader =
        new Loader(counted, plain(), CROPS, twice, Sizes.NONE, Loader.Options.inOrder(4))) {
      asked.clear();
      read(loader, 0, 0);
      assertThat(asked).containsExactly(0, 1, 2, 3);
    }
  }

  private static Dataset watched(Dataset dataset, IntConsumer watcher) {
    return new Dataset() {
      @Override
      public int size() {
        return dataset.size();
      }

      @Override
      public int label(int index) {
        return dataset.label(index);
      }

      @Override
      public Image image(int index) {
        watcher.accept(index);
        return dataset.image(index);
      }

      @Override
      public List<String> classes() {
        return dataset.classes();
      }

      @Override
      public String describe(int index) {
        return dataset.describe(index);
      }
    };
  }

  @Test
  void gives_every_stage_its_size_by_the_number_of_the_epoch() {
    Sizes sizes = new Sizes(List.of(3, 4, 6), 7);
    // floor(3 e / 7): epochs 0 to 2, 3 and 4, 5 and 6; later ones stay at the last.
    assertThat(IntStream.range(0, 9).map(sizes::stage)).containsExactly(0, 0, 0, 1, 1, 2, 2, 2, 2);
    try (Loader loader = varied(1, Variety.NONE, sizes)) {
      assertThat(read(loader, 2, 0).get(0).pixels()).hasSize(4 * 9);
      assertThat(read(loader, 3, 0).get(0).pixels()).hasSize(4 * 16);
      assertThat(read(loader, 6, 1).get(0).pixels()).hasSize(4 * 36);
      try (Loader plain = loader(50, CROPS, shuffled(1))) {
        assertThat(read(loader, 3, 0)).isEqualTo(read(plain, 3, 0));
      }
    }
  }
}
