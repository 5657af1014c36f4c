package org.resnet4j.infer;

import java.nio.file.Path;
import java.util.List;
import org.resnet4j.data.DataException;

/** What became of one image file of many. */
public sealed interface Classification {
  Path image();

  /** Classified: the most probable classes, best first. */
  record Success(Path image, List<Prediction> predictions) implements Classification {
    public Success {
      predictions = List.copyOf(predictions);
    }
  }

  /** No image that can be read; the others are classified all the same. */
  record Failure(Path image, DataException reason) implements Classification {}
}
