package org.resnet4j.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.image.Resize;
import org.resnet4j.report.WrongImage;
import org.resnet4j.train.Evaluation;
import org.resnet4j.train.Event;

/** The images of the last evaluation that somebody asked for; drawn once, by whoever asks. */
final class Mistakes {
  private static final int LARGEST = 160;

  private Optional<Event.Judged> judged = Optional.empty();
  private List<WrongImage> images = List.of();

  synchronized List<WrongImage> of(Event.Judged event) {
    if (!judged.equals(Optional.of(event))) {
      images = draw(event);
      judged = Optional.of(event);
    }
    return images;
  }

  private static List<WrongImage> draw(Event.Judged event) {
    List<String> classes = event.evaluation().classes();
    List<WrongImage> wrong = new ArrayList<>();
    for (Evaluation.Mistake mistake : event.evaluation().worst()) {
      try {
        wrong.add(
            new WrongImage(
                PngEncoder.encode(small(event.images().image(mistake.index()))),
                classes.get(mistake.truth()),
                classes.get(mistake.predicted()),
                mistake.probability(),
                event.images().describe(mistake.index())));
      } catch (DataException unreadable) {
        // It was readable when it was judged; the others are worth showing.
      }
    }
    return wrong;
  }

  private static Image small(Image image) {
    Shape shape = image.shape();
    int side = Math.max(shape.width(), shape.height());
    if (side <= LARGEST) {
      return image;
    }
    return Resize.resize(
        image,
        Math.max(1, shape.width() * LARGEST / side),
        Math.max(1, shape.height() * LARGEST / side),
        Interpolation.BILINEAR);
  }
}
