package org.resnet4j.data.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Splits;
import org.resnet4j.data.shapes.Shapes;

/** Opens data by what lies at a path. */
public final class DataSources {
  private static final String RECOGNISED =
      """
      recognised are class folders of JPEG or PNG images (<class>/<image>, or train/ and val/ of them), \
      the same as tar or tar.gz (train*.tar and test*.tar, or one file; several are shards of one),
      CIFAR-10 and CIFAR-100 binary batches, and IDX files of the MNIST family""";

  /** Where the archives of CIFAR and torchvision put the files. */
  private static final List<String> NESTED =
      List.of("cifar-10-batches-bin", "cifar-100-binary", "MNIST/raw");

  private DataSources() {}

  /**
   * Opens a folder or file, or the data set of that name that comes with the library: {@code
   * shapes}.
   *
   * @throws DataException as {@link #open(Path, Unreadable)}
   */
  public static Splits open(String pathOrName, Unreadable unreadable) {
    if (pathOrName.equals("shapes") && !Files.exists(Path.of(pathOrName))) {
      return new Splits("shapes", Shapes.train(0), Shapes.test(0), List.of());
    }
    return open(Path.of(pathOrName), unreadable);
  }

  /**
   * Opens a folder or a tar file.
   *
   * @throws DataException if there is nothing, nothing recognised, or what is there is damaged
   */
  public static Splits open(Path path, Unreadable unreadable) {
    if (Files.isDirectory(path)) {
      return openFolder(path, unreadable);
    }
    if (!Files.exists(path)) {
      throw new DataException(path + ": there is no such file or folder");
    }
    if (!TarFile.isTar(path)) {
      throw new DataException("%s: not a tar file; %s".formatted(path, RECOGNISED));
    }
    return new ClassFolders(unreadable).open(name(path), TarFile.list(path));
  }

  private static Splits openFolder(Path folder, Unreadable unreadable) {
    List<Path> files = files(folder);
    for (CifarBinary format : CifarBinary.values()) {
      if (format.recognises(files)) {
        return format.open(name(folder), files);
      }
    }
    if (IdxFiles.recognises(files)) {
      return IdxFiles.open(name(folder), files);
    }
    List<Path> nested = NESTED.stream().map(folder::resolve).filter(Files::isDirectory).toList();
    if (nested.size() == 1) {
      return openFolder(nested.get(0), unreadable);
    }
    TarShards shards = TarShards.in(folder, files);
    ClassFolders classes = new ClassFolders(unreadable);
    if (shards.haveTrain()) {
      return shards.open(name(folder), classes);
    }
    Listing listing = Listing.ofFolder(folder);
    if (!listing.images().isEmpty()) {
      return classes.open(name(folder), listing);
    }
    if (shards.tars().isEmpty()) {
      throw new DataException("%s: nothing recognised in it; %s".formatted(folder, RECOGNISED));
    }
    return shards.open(name(folder), classes);
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new DataException("%s: cannot be listed (%s)".formatted(folder, e.getMessage()), e);
    }
  }

  private static String name(Path path) {
    Path last = path.toAbsolutePath().normalize().getFileName();
    return last == null ? path.toString() : last.toString();
  }
}
