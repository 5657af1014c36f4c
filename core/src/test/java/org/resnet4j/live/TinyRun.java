package org.resnet4j.live;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.resnet4j.SmallShapes;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.Event;
import org.resnet4j.train.Training;

/** The events of a run of 20 steps in 10 epochs, and what its folder leaves to a resumed one. */
public record TinyRun(Path run, List<Event> events) {
  /** Trains resnet8 on 40 drawn images, judged on 20. */
  public static TinyRun train(Path folder) {
    Path data = SmallShapes.write(folder.resolve("data"), 40, 20);
    Map<String, String> keys = new HashMap<>();
    keys.putAll(Map.of("model", "resnet8", "epochs", "0", "iterations", "20", "batch", "16"));
    keys.putAll(Map.of("precision", "fp32", "device", "cpu"));
    Recipe recipe = RecipeFile.load("shapes", keys);
    Path run = folder.resolve("run");
    List<Event> events = new ArrayList<>();
    Training.run(
        new Training.Plan(recipe, data.toString(), Optional.of(run), "test"),
        events::add,
        () -> false);
    return new TinyRun(run, List.copyOf(events));
  }

  /** The first event of the same run resumed after its last step. */
  public Event resumed() {
    List<Event> again = new ArrayList<>();
    Training.resume(run, again::add, () -> false);
    return again.get(0);
  }

  /** The last event of a kind. */
  public <E extends Event> E last(Class<E> kind) {
    return events.stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .reduce((a, b) -> b)
        .orElseThrow();
  }
}
