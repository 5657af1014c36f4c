package org.resnet4j.data;

import java.util.List;
import java.util.SplittableRandom;
import org.resnet4j.arch.Shape;

/** Prints how many augmented images of CIFAR's size a loader delivers a second, on one thread. */
final class LoaderBenchmark {
  private static final Shape SHAPE = new Shape(3, 32, 32);

  private LoaderBenchmark() {}

  public static void main(String[] arguments) {
    int images = 50_000;
    byte[] pixels = new byte[images * 3072];
    new SplittableRandom(0).nextBytes(pixels);
    Dataset dataset =
        new MemoryDataset(
            SHAPE,
            pixels,
            new int[images],
            List.of("noise"),
            List.of(new MemoryDataset.Source("noise", 0)));
    Preprocessing preprocessing = Preprocessing.measure(dataset, SHAPE, 5000);
    Loader.Options options = new Loader.Options(128, 0, true, false, 1);
    try (Loader loader =
        new Loader(dataset, preprocessing, new Augmentation.PadCropFlip(4, true), options)) {
      for (int epoch = 0; epoch < 5; epoch++) {
        long start = System.nanoTime();
        double sum = 0;
        try (Batches batches = loader.epoch(epoch, 0)) {
          for (Batch batch : batches) {
            sum += batch.pixels()[0];
          }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%.0f images/s (checksum %.3f)%n", images / seconds, sum);
      }
    }
  }
}
