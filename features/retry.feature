Feature: Trying again
  A provider that is busy is asked again after 1, 2 and 4 seconds. So a notification has four
  attempts, and then it has failed.

  Rule: A deferred notification is tried again once its wait is over

    Scenario Outline: Nothing is sent before the wait is over
      Given the mail provider is busy for <busy> attempts
      When Ada is told by email that "Your parcel has arrived"
      And <just before> seconds pass
      Then Ada has received nothing

      Examples:
        | busy | just before |
        | 1    | 0.999       |
        | 2    | 2.999       |
        | 3    | 6.999       |

    Scenario Outline: It is sent when the wait is over
      Given the mail provider is busy for <busy> attempts
      When Ada is told by email that "Your parcel has arrived"
      And <wait> seconds pass
      Then Ada has received 1 email

      Examples:
        | busy | wait |
        | 1    | 1    |
        | 2    | 3    |
        | 3    | 7    |

    Scenario: The provider says how long to stay away
      Given the mail provider is busy for 1 attempt and wants 30 seconds of peace
      When Ada is told by email that "Your parcel has arrived"
      And 29 seconds pass
      Then Ada has received nothing

    Scenario: And is believed
      Given the mail provider is busy for 1 attempt and wants 30 seconds of peace
      When Ada is told by email that "Your parcel has arrived"
      And 30 seconds pass
      Then Ada has received 1 email

  Rule: After the last attempt it has failed, with a dead letter

    Scenario: Four attempts in vain
      Given the mail provider is busy for 4 attempts
      When Ada is told by email of the event "order-1"
      And 1 hour passes
      Then Ada has received nothing
      And the email of "order-1" has failed as exhausted
      And the mail provider has been asked 4 times
      And there is 1 dead letter

  Rule: A refusal is final

    Scenario: The provider refuses the address
      Given the mail provider refuses the next email
      When Ada is told by email of the event "order-1"
      And 1 hour passes
      Then Ada has received nothing
      And the email of "order-1" has failed as rejected
      And the mail provider has been asked once
      And there is 1 dead letter
