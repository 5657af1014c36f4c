package org.resnet4j.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.resnet4j.arch.Network;

/**
 * What a run came to.
 *
 * @param run its folder; the model is in {@code model} below it
 * @param epochs that were finished
 * @param seconds in all, evaluations included
 * @param imagesPerSecond trained, without evaluations
 * @param trainLoss of the last epoch
 * @param trainTop1 of the last epoch, a fraction
 * @param test the last evaluation
 * @param averaged the last evaluation of the moving average of the weights, in {@code model-ema}
 * @param choice what the validation images say, if there are any; {@code test} and {@code averaged}
 *     are of the last epoch whatever that is
 * @param history every epoch of the run, those before it was resumed included
 */
public record Outcome(
    Path run,
    Network network,
    int epochs,
    double seconds,
    double imagesPerSecond,
    double trainLoss,
    double trainTop1,
    Evaluation test,
    Optional<Evaluation> averaged,
    Optional<Choice> choice,
    List<Event.Epoch> history) {
  public Outcome {
    history = List.copyOf(history);
  }
}
