package org.resnet4j.train;

import java.nio.file.Path;
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
 */
public record Outcome(
    Path run,
    Network network,
    int epochs,
    double seconds,
    double imagesPerSecond,
    double trainLoss,
    double trainTop1,
    Evaluation test) {}
