Feature: The story of an event
  Anybody can ask what became of an event, and why. The story is complete, in order, and does
  not change afterwards.

  Rule: Every step is told, with the provider's words

    Scenario: A story with a happy end
      Given the mail provider is busy for 1 attempt
      When Ada is told by email of the event "order-1"
      And 5 seconds pass
      Then the story of "order-1" by email is:
        | step     | attempt | after |
        | SENDING  | 1       | 0 s   |
        | RETRYING | 1       | 0 s   |
        | SENDING  | 2       | 1 s   |
        | SENT     | 2       | 1 s   |
      And it quotes the provider as saying "busy"

    Scenario: Why somebody was kept waiting
      Given Ada was told 10 things by email
      When Ada is told by email of the event "order-1"
      And 61 seconds pass
      Then the story of "order-1" by email is:
        | step    | attempt | after |
        | PENDING | 0       | 0 s   |
        | SENDING | 1       | 61 s  |
        | SENT    | 1       | 61 s  |
      And it says that the rate rule held it for 61 seconds

    Scenario: Kept waiting between two attempts
      Given Ada was told 9 things by email
      And the mail provider is busy for 1 attempt
      When Ada is told by email of the event "order-1"
      And 61 seconds pass
      Then the story of "order-1" by email is:
        | step     | attempt | after |
        | SENDING  | 1       | 0 s   |
        | RETRYING | 1       | 0 s   |
        | RETRYING | 1       | 1 s   |
        | SENDING  | 2       | 61 s  |
        | SENT     | 2       | 61 s  |

    Scenario: A story with a sad end
      Given the mail provider refuses the next email
      When Ada is told by email of the event "order-1"
      Then the story of "order-1" by email is:
        | step    | attempt | after |
        | SENDING | 1       | 0 s   |
        | FAILED  | 1       | 0 s   |
      And it has a dead letter

  Rule: No address stands in a story's words

    Scenario: The provider repeats the address in its answer
      Given the mail provider refuses the next email, naming Ada's address
      When Ada is told by email of the event "order-1"
      Then the words of the story of "order-1" hold no address

  Rule: Both channels are in one story

    Scenario: One is told, the other refused
      Given the SMS provider refuses the next SMS
      When Hedy is told by email and SMS of the event "order-1"
      Then the email of "order-1" is sent
      And the SMS of "order-1" has failed as rejected
