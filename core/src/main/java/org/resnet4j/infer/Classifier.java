package org.resnet4j.infer;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.resnet4j.arch.Network;
import org.resnet4j.train.Evaluation;

/** Classifies images with a trained network; safe for any number of threads. */
@SuppressWarnings("DoNotCallSuggester")
public final class Classifier implements AutoCloseable {
  private Classifier() {}

  /**
   * Opens a model folder, or a run folder that has one.
   *
   * @throws RuntimeException if it is not a model
   */
  public static Classifier load(Path model) {
    throw new UnsupportedOperationException();
  }

  public Network network() {
    throw new UnsupportedOperationException();
  }

  /** fp32 or bf16. */
  public String precision() {
    throw new UnsupportedOperationException();
  }

  /**
   * The {@code k} most probable classes of an image file, best first.
   *
   * @throws org.resnet4j.data.DataException if it is no readable JPEG or PNG
   */
  public List<Prediction> classify(Path image, int k) {
    throw new UnsupportedOperationException();
  }

  /** Judges the test images of a data set: a folder or file, or the name of a built-in one. */
  public Evaluation evaluate(String data, Optional<Integer> batch, BooleanSupplier stop) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
