package org.resnet4j.study;

import java.nio.file.Path;
import java.util.List;

/**
 * What a study tells the world.
 *
 * <p>Events come in order, on the thread that runs the study. A reader must be quick and must not
 * throw.
 */
public sealed interface StudyEvent {

  /**
   * The study is about to begin or to go on.
   *
   * @param cells pieces of work in all
   * @param done of them, before now
   * @param notes facts that the user should know
   */
  record Started(Path folder, String title, int cells, int done, List<String> notes)
      implements StudyEvent {}

  /**
   * A piece of work goes on.
   *
   * @param number of the piece, from 1
   * @param detail how far it is, a few words
   * @param secondsLeft of the whole study, an estimate; NaN before there is one
   */
  record Working(String cell, int number, int cells, String detail, double secondsLeft)
      implements StudyEvent {}

  /**
   * A piece of work is done and its result kept.
   *
   * @param result what came out, a few words
   */
  record Finished(
      String cell, int number, int cells, String result, double seconds, double secondsLeft)
      implements StudyEvent {}

  /** Something the user should know that is no failure. */
  record Notice(String text) implements StudyEvent {}
}
