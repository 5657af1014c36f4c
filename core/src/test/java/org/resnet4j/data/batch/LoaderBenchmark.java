package org.resnet4j.data.batch;

import java.util.SplittableRandom;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;

/** Prints how many augmented images of CIFAR's size a loader delivers a second, on one thread. */
final class LoaderBenchmark {
  private static final Shape SHAPE = new Shape(3, 32, 32);

  private LoaderBenchmark() {}

  public static void main(String[] arguments) {
    Image[] images = new Image[50_000];
    SplittableRandom random = new SplittableRandom(0);
    for (int i = 0; i < images.length; i++) {
      byte[] pixels = new byte[(int) SHAPE.size()];
      random.nextBytes(pixels);
      images[i] = new Image(SHAPE, pixels);
    }
    Dataset dataset = new MemoryFixture(images);
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
        System.out.printf("%.0f images/s (checksum %.3f)%n", images.length / seconds, sum);
      }
    }
  }
}
