package org.resnet4j.data.source;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.ImageDecoder;

/** Encoded images, decoded when asked for; the pixels are kept as far as the budget goes. */
final class DecodingDataset implements Dataset {
  /** Grey images get three equal channels, so that a folder may mix them with colour. */
  private static final ImageDecoder DECODER = new ImageDecoder(3);

  private final List<StoredImage> images;
  private final int[] labels;
  private final List<String> classes;
  private final PixelBudget budget;
  private final AtomicReferenceArray<Image> kept;

  DecodingDataset(
      List<StoredImage> images, int[] labels, List<String> classes, PixelBudget budget) {
    this.images = List.copyOf(images);
    this.labels = labels;
    this.classes = List.copyOf(classes);
    this.budget = budget;
    this.kept = new AtomicReferenceArray<>(images.size());
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public Image image(int index) {
    Image image = kept.get(index);
    if (image != null) {
      return image;
    }
    Image decoded = decode(images.get(index));
    if (budget.take(decoded.pixels().length)) {
      kept.set(index, decoded);
    }
    return decoded;
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public String describe(int index) {
    return images.get(index).toString();
  }

  private static Image decode(StoredImage image) {
    try {
      return DECODER.decode(image.read(), image.toString());
    } catch (NoSuchFileException e) {
      throw new DataException(image + ": cannot be read (it is not there any more)", e);
    } catch (IOException e) {
      throw new DataException("%s: cannot be read (%s)".formatted(image, e.getMessage()), e);
    }
  }
}
