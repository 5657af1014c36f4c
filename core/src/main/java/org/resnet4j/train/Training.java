package org.resnet4j.train;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Trains networks and leaves a run folder. */
@SuppressWarnings("DoNotCallSuggester")
public final class Training {
  private Training() {}

  /**
   * What to train, on what, and where to put it.
   *
   * @param recipe how
   * @param data a folder or file, or the name of a built-in data set
   * @param folder the run's folder, which must not exist; {@code runs/<time>-<model>} if absent
   * @param command what the user typed, for the record
   */
  public record Plan(Recipe recipe, String data, Optional<Path> folder, String command) {}

  /**
   * Trains from the beginning.
   *
   * @param events told of everything that happens
   * @param stop asked after each step; once true, the run saves a checkpoint and ends
   * @throws IllegalArgumentException for a plan that cannot work
   * @throws org.resnet4j.data.DataException for data that cannot be used
   * @throws DivergedException if the loss is no longer a number
   * @throws RunException if the folder exists or cannot be written
   */
  public static Outcome run(Plan plan, Consumer<Event> events, BooleanSupplier stop) {
    throw new UnsupportedOperationException();
  }

  /** Goes on from the last checkpoint of a run; otherwise as {@link #run}. */
  public static Outcome resume(Path run, Consumer<Event> events, BooleanSupplier stop) {
    throw new UnsupportedOperationException();
  }
}
