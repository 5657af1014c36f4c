package org.resnet4j.data.batch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.image.Resize;
import org.resnet4j.data.variation.ColourJitter;
import org.resnet4j.data.variation.Erasing;
import org.resnet4j.data.variation.Lighting;
import org.resnet4j.data.variation.Policy;
import org.resnet4j.data.variation.Variety;

/** Prints how many images a second each variation lets a loader deliver, on one thread. */
final class VarietyBenchmark {
  private static final ColourJitter JITTER = ColourJitter.NONE;
  private static final Policy POLICY = new Policy.None();
  private static final Lighting LIGHTING = Lighting.NONE;
  private static final Erasing ERASING = new Erasing.None();

  private VarietyBenchmark() {}

  public static void main(String[] arguments) {
    measure(32, 32, 32, new Augmentation.PadCropFlip(4, true), 20_000);
    measure(375, 500, 224, Augmentation.RandomResizedCrop.imagenet(), 1_000);
  }

  private static Map<String, Variety> varieties() {
    Map<String, Variety> all = new LinkedHashMap<>();
    all.put("none", Variety.NONE);
    ColourJitter jitter = new ColourJitter(0.4, 0.4, 0.4, 0);
    all.put("brightness, contrast, saturation", of(jitter, POLICY, LIGHTING, ERASING, 1));
    ColourJitter hue = new ColourJitter(0, 0, 0, 0.1);
    all.put("hue", of(hue, POLICY, LIGHTING, ERASING, 1));
    all.put("rand-augment 2, 9", of(JITTER, new Policy.RandAugment(2, 9), LIGHTING, ERASING, 1));
    for (Interpolation kernel : Interpolation.values()) {
      Policy timm = new Policy.RandAugmentTimm(2, 7, 0.5, kernel, List.of(0.485, 0.456, 0.406));
      all.put("rand-augment-timm 2, 7, " + kernel, of(JITTER, timm, LIGHTING, ERASING, 1));
    }
    all.put("trivial-augment", of(JITTER, new Policy.TrivialAugment(), LIGHTING, ERASING, 1));
    all.put("lighting", of(JITTER, POLICY, new Lighting(0.1), ERASING, 1));
    all.put("erasing 1", of(JITTER, POLICY, LIGHTING, new Erasing.Rectangle(1, false), 1));
    all.put("erasing 1, noise", of(JITTER, POLICY, LIGHTING, new Erasing.Rectangle(1, true), 1));
    all.put("cutout 16", of(JITTER, POLICY, LIGHTING, new Erasing.Cutout(16), 1));
    all.put("repeats 3", of(JITTER, POLICY, LIGHTING, ERASING, 3));
    return all;
  }

  private static Variety of(
      ColourJitter jitter, Policy policy, Lighting lighting, Erasing erasing, int repeats) {
    return new Variety(jitter, policy, lighting, erasing, repeats);
  }

  private static void measure(
      int height, int width, int side, Augmentation augmentation, int count) {
    SplittableRandom random = new SplittableRandom(0);
    Image[] distinct = new Image[16];
    for (int i = 0; i < distinct.length; i++) {
      byte[] coarse = new byte[3 * 8 * 8];
      random.nextBytes(coarse);
      distinct[i] =
          Resize.resize(
              new Image(new Shape(3, 8, 8), coarse), width, height, Interpolation.BILINEAR);
    }
    Image[] images = new Image[count];
    for (int i = 0; i < count; i++) {
      images[i] = distinct[i % distinct.length];
    }
    Shape input = new Shape(3, side, side);
    Preprocessing preprocessing =
        Preprocessing.measure(new MemoryFixture(images), input, distinct.length);
    Loader.Options options = new Loader.Options(side < 100 ? 128 : 32, 0, true, false, 1);
    varieties()
        .forEach(
            (name, variety) -> {
              double best = 0;
              for (int run = 0; run < (side < 100 ? 16 : 4); run++) {
                try (Loader loader =
                    new Loader(
                        new MemoryFixture(images),
                        preprocessing,
                        augmentation,
                        variety,
                        Sizes.NONE,
                        options)) {
                  best = Math.max(best, speed(loader, run, count));
                }
              }
              System.out.printf("%d: %-34s %.0f images/s%n", side, name, best);
            });
  }

  private static double speed(Loader loader, int epoch, int count) {
    long start = System.nanoTime();
    int read = 0;
    try (Batches batches = loader.epoch(epoch, 0)) {
      for (Batch batch : batches) {
        read += batch.size();
      }
    }
    if (read != count) {
      throw new IllegalStateException("read " + read);
    }
    return count / ((System.nanoTime() - start) / 1e9);
  }
}
