/** A thread that finds communities of one graph at one resolution after another. Started by `found-clusters.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerQuestions } from '../../threads/asked-thread.ts';
import { communityFinder } from './communities.ts';
import { sharedNeighborGraph, type NeighborTable } from '../shared-neighbors.ts';

answerQuestions(parentPort, communityFinder(sharedNeighborGraph(workerData as NeighborTable)));
